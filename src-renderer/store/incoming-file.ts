import type { WireError } from '../../src-main/contract/errors.ts';
import type { Examination, MendedFile } from '../../src-main/contract/intake.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';

/** The stage of an incoming file. */
export type IncomingStage =
  /** It waits while others are sent. */
  | 'queued'
  | 'receiving'
  | 'examining'
  /** It was examined; the user decides what happens next. */
  | 'examined'
  | 'mending'
  | 'adding'
  | 'added'
  | 'failed';

export interface IncomingFile {
  /** Its key in this page. */
  readonly key: number;
  /** Its id in the engine, once it has been announced there. */
  readonly id: string | null;
  readonly name: string;
  readonly byteSize: number;
  readonly stage: IncomingStage;
  /** Progress of the stage, 0 to 1; null where it is unknown. */
  readonly fraction: number | null;
  readonly examination: Examination | null;
  /** The mended copy, once the user has requested it. */
  readonly mended: MendedFile | null;
  /** The recording that was made from it. */
  readonly session: SessionRecord | null;
  /** Why the last action failed. */
  readonly problem: WireError | null;
}

/** True while an action runs that can be cancelled. */
export function isUnderWay({ stage }: Pick<IncomingFile, 'stage'>): boolean {
  return ['queued', 'receiving', 'examining', 'mending', 'adding'].includes(stage);
}
