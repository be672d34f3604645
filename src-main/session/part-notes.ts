import type { Clock } from '../runtime/clock.ts';
import { reportOf, type Part } from './part.ts';
import type { SessionStore } from './ports.ts';
import type { SessionTrack } from './track.ts';

/** How often a running part's report is stored: many gaps must not cause many writes. */
const NOTE_INTERVAL_MS = 1000;
/**
 * After a quiet time, this many are stored at once: a kill just after a gap must not make recovery take its silence for
 * audio.
 */
const NOTES_AT_ONCE = 8;

export interface PartNotesOptions {
  readonly sessionId: string;
  readonly tracks: readonly SessionTrack[];
  readonly store: SessionStore;
  readonly clock: Clock;
}

/** Stores what running parts have captured, for recovery after a crash. */
export interface PartNotes {
  /** The part's report has changed: it is stored now, or as soon as the interval allows. */
  noteReport(part: Part): void;
  /** The audio that waits in memory has changed. */
  noteWaiting(track: SessionTrack): void;
  /** True where `noteDue` has something to do. */
  readonly isDue: boolean;
  /** Stores the delayed reports that are due. */
  noteDue(): void;
  /** The part ends: its delayed reports are dropped. */
  forget(part: Part): void;
}

export function createPartNotes({ sessionId, tracks, store, clock }: PartNotesOptions): PartNotes {
  /** When all reports so far would have been stored at the usual interval. */
  let notedUpToMs = -Infinity;
  const due = new Set<Part>();

  const noteNow = (part: Part): void => {
    due.delete(part);
    store.noteReport(sessionId, part.number, reportOf(part, null));
    for (const { muted } of part.tracks.values()) muted?.noted();
  };

  const mayNote = (): boolean => notedUpToMs - clock.monotonicMs() <= (NOTES_AT_ONCE - 1) * NOTE_INTERVAL_MS;

  /** Twice the waiting audio is stored, so that not every further chunk needs a write. */
  const claimOf = (track: SessionTrack): number => 2 * track.timeline.bufferedFrames;

  const noteDue = (): void => {
    if (due.size === 0 || !mayNote()) return;
    notedUpToMs = Math.max(clock.monotonicMs(), notedUpToMs) + NOTE_INTERVAL_MS;
    for (const track of tracks) track.place.waiting = claimOf(track);
    for (const part of due) noteNow(part);
  };

  return {
    noteReport(part) {
      due.add(part);
      noteDue();
    },
    noteWaiting(track) {
      const { place, timeline, part } = track;
      if (timeline.bufferedFrames > place.waiting) {
        place.waiting = claimOf(track);
        noteNow(part);
      } else if (timeline.bufferedFrames === 0 && place.waiting > 0) due.add(part);
    },
    get isDue() {
      return due.size > 0 && mayNote();
    },
    noteDue,
    forget(part) {
      due.delete(part);
      for (const place of part.tracks.values()) place.waiting = 0;
    },
  };
}
