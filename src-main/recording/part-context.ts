import type { RecordingFile } from '../contract/session-record.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { Log, PartSpec, PartSummary } from '../session/ports.ts';

export interface PartWriterOptions {
  readonly folder: string;
  /** Makes the folder again, where somebody has removed it. */
  readonly restoreFolder: () => Promise<unknown>;
  readonly encoder: Encoder;
  readonly log: Log;
  readonly mayExceed4GiB: boolean;
  readonly mp3BitRate: number | undefined;
  /** Where a client fetches a file of this session. */
  readonly fileUrl: (name: string) => string;
  /** Awaited once the masters are final, before a side that is not kept is removed. */
  readonly beforeRemoval: () => Promise<void>;
  /** Called with every file of the part when it is opened, and again when they are final. */
  readonly onFiles: (files: readonly RecordingFile[], summary?: PartSummary) => void;
}

/** What the files of one part have in common. */
export interface PartContext {
  readonly spec: PartSpec;
  readonly options: PartWriterOptions;
}
