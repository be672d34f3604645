import type { RecordingType } from '../contract/audio-format.ts';
import type { MasterExamination } from '../files/examine-master.ts';

/** A WAV that nobody has accounted for. */
export interface FoundMaster {
  readonly folder: string;
  readonly name: string;
}

/** What such a file holds, and what is to become of it. */
export interface ExaminedMaster extends FoundMaster {
  readonly holds: MasterExamination;
  readonly type: RecordingType;
  readonly part: number;
  readonly isMaster: boolean;
  readonly finalName: string;
  /** Another file of its final name holds the same, or more: this one is kept aside. */
  readonly isSuperseded: boolean;
  readonly lastWrittenMs: number;
}
