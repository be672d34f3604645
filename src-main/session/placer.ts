import type { PartEnd } from './part-budget.ts';
import { slicePlacement } from './placement.ts';
import type { RollOver } from './roll-over.ts';
import type { SinkFailures } from './sink-failures.ts';
import type { Placement } from './timeline.ts';
import type { SessionTrack } from './track.ts';
import type { TrackWriter } from './track-writer.ts';

export interface PlacerOptions {
  readonly onLimit: 'stop' | 'continue';
  readonly writer: TrackWriter;
  readonly rollOver: RollOver;
  readonly failures: SinkFailures;
}

/** Writes the placements of a timeline into parts, across the ends of parts. */
export interface Placer {
  /**
   * Returns the limit, if any, that ends the session before all is placed.
   * @param isReplay true where it was placed before, in another folder
   */
  place(
    track: SessionTrack,
    placements: readonly Placement[],
    isReplay?: boolean,
  ): Promise<PartEnd | undefined>;
  /** Places what waits for an earlier chunk. */
  flush(track: SessionTrack): Promise<void>;
}

export function createPlacer({ onLimit, writer, rollOver, failures }: PlacerOptions): Placer {
  /** The room left for a track in its part, and what cuts off the rest. */
  const roomFor = ({ part, place }: SessionTrack, frames: number): ReturnType<typeof part.budget.fit> =>
    // Where another track has already ended the part, this one only follows: that is not a limit for it.
    part.endFrame === undefined
      ? part.budget.fit(place.position, frames)
      : { frames: Math.min(frames, part.endFrame - place.position), end: 'SPLIT' };

  const placeOne = async (
    track: SessionTrack,
    placement: Placement,
    isReplay: boolean,
  ): Promise<PartEnd | undefined> => {
    let rest = placement;
    while (rest.frames > 0) {
      const { part } = track;
      if (failures.has(part.sink) || rest.kind === 'jump') {
        // A failed part keeps it in memory, beyond any limit, until it is clear whether recording can continue
        // elsewhere.
        writer.write(track, rest, isReplay);
        break;
      }
      const room = roomFor(track, rest.frames);
      const { masterFrameBytes } = part;
      if (room.frames > 0)
        writer.write(track, slicePlacement(rest, 0, room.frames, masterFrameBytes), isReplay);
      rest = slicePlacement(rest, room.frames, rest.frames, masterFrameBytes);
      if (rest.frames === 0 || room.end === undefined) break;
      if (onLimit === 'stop' && room.end !== 'SPLIT') return room.end;
      await rollOver.advance(track, room.end);
    }
    return undefined;
  };

  const place: Placer['place'] = async (track, placements, isReplay = false) => {
    for (const placement of placements) {
      const end = await placeOne(track, placement, isReplay);
      if (end !== undefined) return end;
    }
    return undefined;
  };

  return {
    place,
    async flush(track) {
      await place(track, track.timeline.flush());
    },
  };
}
