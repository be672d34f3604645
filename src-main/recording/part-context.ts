import type { RecordingFile } from '../contract/session-record.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { Log } from '../runtime/log.ts';
import type { PartSpec, PartSummary } from '../session/ports.ts';
import type { LateWork } from './late-copies.ts';
import type { OpenMasters } from './open-masters.ts';

export interface PartWriterOptions {
  readonly folder: string;
  /** Makes the folder again, where somebody has removed it. */
  readonly restoreFolder: () => Promise<unknown>;
  readonly encoder: Encoder;
  readonly openMasters: OpenMasters;
  readonly log: Log;
  readonly mayExceed4GiB: boolean;
  readonly mp3BitRate: number | undefined;
  /** How long the end of a part waits for its copies and its mix. */
  readonly graceMs: number;
  /** Where a client fetches a file of this session. */
  readonly fileUrl: (name: string) => string;
  /** Awaited once the masters are final, before a side that is not kept is removed. */
  readonly beforeRemoval: () => Promise<void>;
  /** Called with every file of the part when it is opened, and again when it ends. */
  readonly onFiles: (files: readonly RecordingFile[], summary?: PartSummary) => void;
  /** Writes down a file's final state after its part ended. Removes the row where the file is gone. Never rejects. */
  readonly onLateFile: (filePath: string, row: RecordingFile | undefined) => Promise<void>;
  /** Called when the part ends, with the copies and mixes that are still being made. */
  readonly onLate: (work: LateWork) => void;
}

/** What the files of one part have in common. */
export interface PartContext {
  readonly spec: PartSpec;
  readonly options: PartWriterOptions;
  /** Aborted when the copies and the mix are given up. */
  readonly signal: AbortSignal;
}

/** A file that is made of finished masters. */
export interface FileInMaking {
  /** Its row while it is being made. */
  readonly row: RecordingFile;
  /** True where the answer to the stop announces this file. */
  readonly isExpected: boolean;
  /** Its final row: still `recording` where it was given up, undefined where there is no file. Never rejects. */
  readonly done: Promise<RecordingFile | undefined>;
}
