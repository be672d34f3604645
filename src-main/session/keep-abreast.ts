import type { GapCause } from '../contract/capture-report.ts';
import { RECONNECT_WINDOW_MS } from '../contract/limits.ts';
import type { Placer } from './placer.ts';
import type { RollOver } from './roll-over.ts';
import type { SinkFailures } from './sink-failures.ts';
import { positionOf, type SessionTrack } from './track.ts';
import type { TrackWriter } from './track-writer.ts';

/**
 * A track may trail another by this much. Longer than any client may be away, so that what still comes from further
 * back was not late but counted otherwise.
 */
const TRAILING_SECONDS = RECONNECT_WINDOW_MS / 1000 + 10;
/** Silence is written a piece at a time, not chunk by chunk. */
const PIECE_SECONDS = 1;
/** Two senders never stop in the same moment; by this much the earlier one may be ahead. */
const STOPPING_SECONDS = 0.7;

export interface KeepAbreastOptions {
  readonly tracks: readonly SessionTrack[];
  readonly sampleRate: number;
  /** True for sources that keep real time: nothing but silence can still belong where a live track has left a hole. */
  readonly live: boolean;
  readonly placer: Placer;
  readonly writer: TrackWriter;
  readonly rollOver: RollOver;
  readonly failures: SinkFailures;
}

/** Keeps the tracks of a take together, so that one whose source is dead neither holds parts open nor ends early. */
export interface KeepAbreast {
  /** To be called whenever a track has gone on. */
  follow(leader: SessionTrack): Promise<void>;
  /** Nothing more comes: live tracks end together. */
  finish(): Promise<void>;
}

export function createKeepAbreast(options: KeepAbreastOptions): KeepAbreast {
  const { tracks, sampleRate, live, placer, writer, rollOver, failures } = options;
  const trailingFrames = TRAILING_SECONDS * sampleRate;

  const fillUp = async (track: SessionTrack, to: number, cause: GapCause): Promise<void> => {
    while (positionOf(track) < to) {
      const { part } = track;
      if (failures.has(part.sink)) return;
      const partEnd = part.endFrame === undefined ? Infinity : part.originFrame + part.endFrame;
      const frames = Math.min(to, partEnd) - positionOf(track);
      if (frames > 0) writer.write(track, { kind: 'silence', frames, cause }, false);
      track.timeline.moveTo(positionOf(track));
      if (positionOf(track) < partEnd) return;
      if (!(await rollOver.leave(track))) return;
    }
  };

  /** A part that another track has ended long ago is closed without what a slower track might still bring. */
  const leaveEndedPart = async (leader: SessionTrack, track: SessionTrack): Promise<void> => {
    const { part } = track;
    if (part === leader.part || part.endFrame === undefined || failures.has(part.sink)) return;
    if (leader.place.position >= trailingFrames) await rollOver.leave(track);
  };

  return {
    async follow(leader) {
      for (const track of tracks) {
        if (!live) {
          await leaveEndedPart(leader, track);
          continue;
        }
        if (positionOf(leader) - positionOf(track) <= trailingFrames + PIECE_SECONDS * sampleRate) continue;
        await placer.flush(track);
        await fillUp(track, positionOf(leader) - trailingFrames, 'no_data');
      }
    },
    async finish() {
      if (!live) return;
      const end = Math.max(...tracks.map(positionOf));
      for (const track of tracks) {
        const stopped = end - positionOf(track) < STOPPING_SECONDS * sampleRate;
        await fillUp(track, end, stopped ? 'ended' : 'no_data');
      }
    },
  };
}
