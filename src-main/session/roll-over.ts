import type { ServerMessage } from '../contract/server-messages.ts';
import { limitError, reasonOf } from './messages.ts';
import type { Part } from './part.ts';
import type { PartEnd } from './part-budget.ts';
import type { PartClosing } from './part-closing.ts';
import type { SinkFailures } from './sink-failures.ts';
import type { TakeParts } from './take-parts.ts';
import { moveTrack, type SessionTrack } from './track.ts';

export interface RollOverOptions {
  readonly tracks: readonly SessionTrack[];
  readonly parts: TakeParts;
  readonly closing: PartClosing;
  readonly failures: SinkFailures;
  readonly send: (message: ServerMessage) => void;
}

/** Moves tracks from a part that ends to the next one. A track stays where its part could not be written. */
export interface RollOver {
  /** `track` has reached the end of its part. The first track to do so opens the next part, and fixes the end. */
  advance(track: SessionTrack, end: PartEnd): Promise<void>;
  /** Moves `track` from a part that another one has ended; returns false where that fails. */
  leave(track: SessionTrack): Promise<boolean>;
}

export function createRollOver({ tracks, parts, closing, failures, send }: RollOverOptions): RollOver {
  /** Ends a part at the position of the leading track: what it has written cannot be removed. */
  const endPart = async (part: Part, end: PartEnd): Promise<number | undefined> => {
    const here = tracks.filter((other) => other.part === part);
    const endFrame = Math.max(...here.map((other) => other.place.position));
    if (end !== 'SPLIT') send(limitError(end));
    try {
      await parts.openNext(part.originFrame + endFrame);
    } catch (error) {
      failures.note(part.sink, error);
      return undefined;
    }
    part.endFrame = endFrame;
    return endFrame;
  };

  return {
    async advance(track, end) {
      const { part } = track;
      // A part is left only once it has written everything it was given: a failed rest must not end up after later
      // audio.
      await track.lastAppend;
      if (failures.has(part.sink)) return;
      const endFrame = part.endFrame ?? (await endPart(part, end));
      if (endFrame === undefined || track.place.position < endFrame) return;
      moveTrack(track, parts.newest, parts.newest.originFrame);
      closing.closeIfLeft(part, reasonOf(end));
    },
    async leave(track) {
      const { part } = track;
      await track.lastAppend;
      if (failures.has(part.sink)) return false;
      moveTrack(track, parts.newest, parts.newest.originFrame);
      closing.closeIfLeft(part, 'duration_limit');
      return true;
    },
  };
}
