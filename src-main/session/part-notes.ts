import type { Clock } from '../runtime/clock.ts';
import { reportOf, type Part } from './part.ts';
import type { SessionStore } from './ports.ts';
import type { SessionTrack } from './track.ts';

/** How often a running part's report is written down: a storm of gaps must not become one of writes. */
const NOTE_INTERVAL_MS = 1000;
/** So many at once, where they are rare: a kill just after a gap must not make audio of its silence. */
const NOTES_AT_ONCE = 8;

export interface PartNotesOptions {
  readonly sessionId: string;
  readonly tracks: readonly SessionTrack[];
  readonly store: SessionStore;
  readonly clock: Clock;
}

/** Writes down what running parts have captured, for whoever must recover them after a crash. */
export interface PartNotes {
  /** The part's report has changed: it is written down now, or as soon as it may be. */
  noteReport(part: Part): void;
  /** What waits in memory has changed. */
  noteWaiting(track: SessionTrack): void;
  /** True where `noteDue` has something to do. */
  readonly isDue: boolean;
  /** Writes down what was put off for long enough. */
  noteDue(): void;
  /** The part ends, and with it what is to be noted of it. */
  forget(part: Part): void;
}

export function createPartNotes({ sessionId, tracks, store, clock }: PartNotesOptions): PartNotes {
  /** When all notes so far would have been made at their usual interval. */
  let notedUpToMs = -Infinity;
  const due = new Set<Part>();

  const noteNow = (part: Part): void => {
    due.delete(part);
    store.noteReport(sessionId, part.number, reportOf(part, null));
    for (const { muted } of part.tracks.values()) muted?.noted();
  };

  const mayNote = (): boolean => notedUpToMs - clock.monotonicMs() <= (NOTES_AT_ONCE - 1) * NOTE_INTERVAL_MS;

  /** What waits in memory is told before more of it comes, with room to grow: not every chunk is worth a write. */
  const claimOf = (track: SessionTrack): number => 2 * track.timeline.heldFrames;

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
      if (timeline.heldFrames > place.waiting) {
        place.waiting = claimOf(track);
        noteNow(part);
      } else if (timeline.heldFrames === 0 && place.waiting > 0) due.add(part);
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
