import type { RecordingType } from '../contract/audio-format.ts';
import type { MasterExamination } from '../files/examine-master.ts';

/** A WAV before recovery has examined it. */
export interface FoundMaster {
  readonly folder: string;
  readonly name: string;
}

/** What an examined WAV holds, and what recovery does with it. */
export interface ExaminedMaster extends FoundMaster {
  readonly holds: MasterExamination;
  readonly type: RecordingType;
  readonly part: number;
  readonly isMaster: boolean;
  readonly finalName: string;
  /** Another file with the same final name holds as much or more: this one is kept aside. */
  readonly isSuperseded: boolean;
  readonly lastWrittenMs: number;
}
