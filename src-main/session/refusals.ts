import type { Track } from '../contract/audio-format.ts';
import { serialDistance } from './serial-number.ts';

/** How long we wait for a refused chunk; its sender was asked to send it again. */
export const WAITED_FOR_MS = 5000;

/**
 * Remembers the numbered chunks that were refused for lack of room. Later chunks are refused too until the first one
 * comes again: if they were accepted, the first one would soon count as missing.
 */
export interface Refusals {
  /** True where a chunk cannot be accepted yet, because an earlier one was refused. */
  isBlocked(track: Track, seq: number): boolean;
  note(track: Track, seq: number): void;
  /** A new take: its numbers have nothing to do with those before. */
  restart(): void;
}

export function createRefusals(nowMs: () => number): Refusals {
  const refused = new Map<Track, { readonly seq: number; readonly atMs: number }>();
  return {
    isBlocked(track, seq) {
      const earliest = refused.get(track);
      if (earliest === undefined) return false;
      if (serialDistance(earliest.seq, seq) > 0 && nowMs() - earliest.atMs < WAITED_FOR_MS) return true;
      refused.delete(track);
      return false;
    },
    note(track, seq) {
      const earliest = refused.get(track);
      const isEarlier = earliest === undefined || serialDistance(earliest.seq, seq) < 0;
      refused.set(track, { seq: isEarlier ? seq : earliest.seq, atMs: nowMs() });
    },
    restart() {
      refused.clear();
    },
  };
}
