import type { WireError } from '../../src-main/contract/errors.ts';
import type { Examination, MendedFile } from '../../src-main/contract/intake.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';

/** Where a file from outside is on its way into the recordings. */
export type IncomingStage =
  /** Others are sent first. */
  | 'queued'
  | 'receiving'
  | 'examining'
  /** Looked at; what happens next is the user's to say. */
  | 'examined'
  | 'mending'
  | 'adding'
  | 'added'
  | 'failed';

export interface IncomingFile {
  /** Names it in this page. */
  readonly key: number;
  /** Names it in the engine, once it has been announced there. */
  readonly id: string | null;
  readonly name: string;
  readonly byteSize: number;
  readonly stage: IncomingStage;
  /** How far the stage is, 0 to 1; null where that cannot be told. */
  readonly fraction: number | null;
  readonly examination: Examination | null;
  /** The mended copy, once it was asked for. */
  readonly mended: MendedFile | null;
  /** The recording that was made of it. */
  readonly session: SessionRecord | null;
  /** Why the last thing that was asked for failed. */
  readonly problem: WireError | null;
}

/** True while something goes on that may be called off. */
export function isUnderWay({ stage }: Pick<IncomingFile, 'stage'>): boolean {
  return ['queued', 'receiving', 'examining', 'mending', 'adding'].includes(stage);
}
