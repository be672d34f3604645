import type { GapCause } from '../contract/capture-report.ts';
import { RECONNECT_WINDOW_MS } from '../contract/limits.ts';
import type { Placer } from './placer.ts';
import type { RollOver } from './roll-over.ts';
import type { SinkFailures } from './sink-failures.ts';
import { positionOf, type SessionTrack } from './track.ts';
import type { TrackWriter } from './track-writer.ts';

/**
 * How far a track may be behind another. Longer than any client may be away; so a larger difference means that the
 * client counted differently, not that its audio is late.
 */
const TRAILING_SECONDS = RECONNECT_WINDOW_MS / 1000 + 10;
/** Silence is written in longer pieces, not chunk by chunk. */
const PIECE_SECONDS = 1;
/** Two senders never stop at the same moment; the earlier one may be this far ahead. */
const STOPPING_SECONDS = 0.7;

export interface KeepAbreastOptions {
  readonly tracks: readonly SessionTrack[];
  readonly sampleRate: number;
  /** True for sources that keep real time: a hole in a live track can only become silence. */
  readonly live: boolean;
  readonly placer: Placer;
  readonly writer: TrackWriter;
  readonly rollOver: RollOver;
  readonly failures: SinkFailures;
}

/**
 * Keeps the tracks of a take at the same position, so that a track with a dead source does not keep parts open or end
 * early.
 */
export interface KeepAbreast {
  /** Call it whenever a track has advanced. */
  follow(leader: SessionTrack): Promise<void>;
  /** No more audio comes: live tracks end together. */
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

  /**
   * Where another track ended the part long ago, it is closed without the audio that a slower track might still bring.
   */
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
