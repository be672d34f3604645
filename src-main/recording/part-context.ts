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
  /** How long a part that ends waits for what is made of its masters. */
  readonly graceMs: number;
  /** Where a client fetches a file of this session. */
  readonly fileUrl: (name: string) => string;
  /** Awaited once the masters are final, before a side that is not kept is removed. */
  readonly beforeRemoval: () => Promise<void>;
  /** Called with every file of the part when it is opened, and again when it ends. */
  readonly onFiles: (files: readonly RecordingFile[], summary?: PartSummary) => void;
  /** Writes down what has become of a file after that; without a row where it is there no longer. Never rejects. */
  readonly onLateFile: (filePath: string, row: RecordingFile | undefined) => Promise<void>;
  /** Called when the part ends, with what is still being made then. */
  readonly onLate: (work: LateWork) => void;
}

/** What the files of one part have in common. */
export interface PartContext {
  readonly spec: PartSpec;
  readonly options: PartWriterOptions;
  /** Aborted when what is made of the masters is given up. */
  readonly signal: AbortSignal;
}

/** A file that is made of finished masters. */
export interface FileInMaking {
  /** As it is listed meanwhile. */
  readonly row: RecordingFile;
  /** True where whoever stopped the recording is told that it will come. */
  readonly isExpected: boolean;
  /** What became of it: still `recording` where it was given up, undefined where it is not there. Never rejects. */
  readonly done: Promise<RecordingFile | undefined>;
}
