import type { Track } from '../contract/audio-format.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { FillReach } from './fill-reach.ts';
import { limitNearWarning } from './messages.ts';
import { addGap, addJump } from './part.ts';
import type { PartNotes } from './part-notes.ts';
import type { SessionSpec } from './ports.ts';
import type { Placement } from './timeline.ts';
import { positionOf, type SessionTrack } from './track.ts';
import type { TrackOutput } from './track-output.ts';

/** Called for each placement once, in order for each track; frames count from the take's start. */
export type PlacedListener = (track: Track, startFrame: number, placement: Placement) => void;

export interface TrackWriterOptions {
  readonly spec: SessionSpec;
  readonly onLimit: 'stop' | 'continue';
  readonly reach: FillReach;
  readonly output: TrackOutput;
  readonly notes: PartNotes;
  readonly send: (message: ServerMessage) => void;
}

/** Writes placements into a track's part, and updates the part's report. */
export interface TrackWriter {
  /** @param isReplay true where it was placed before, in another folder: listeners do not get it again */
  write(track: SessionTrack, placement: Placement, isReplay: boolean): void;
  /** There is one listener. */
  listen(listener: PlacedListener): void;
}

export function createTrackWriter(options: TrackWriterOptions): TrackWriter {
  const { spec, reach, output, notes, send } = options;
  const bytesPerFrame = 2 * spec.channels;
  const oneSecondOfSilence = new Uint8Array(spec.sampleRate * bytesPerFrame);
  let onPlaced: PlacedListener = () => undefined;

  const writeAudio = (
    track: SessionTrack,
    placement: Extract<Placement, { kind: 'audio' }>,
    isReplay: boolean,
  ): void => {
    const { place } = track;
    place.captured += placement.frames;
    if (!isReplay) reach.noteCaptured(placement.frames);
    place.muted?.observe(placement.pcm, place.position);
    output.append(track, placement, placement.pcm);
  };

  const writeSilence = (track: SessionTrack, placement: Extract<Placement, { kind: 'silence' }>): void => {
    addGap(track.part, track.place, placement.frames, placement.cause);
    for (let left = placement.frames; left > 0; left -= spec.sampleRate) {
      const frames = Math.min(left, spec.sampleRate);
      const pcm = oneSecondOfSilence.subarray(0, frames * bytesPerFrame);
      output.append(track, { ...placement, frames }, pcm);
    }
  };

  return {
    write(track, placement, isReplay) {
      const { part, place } = track;
      const { frames } = placement;
      if (placement.kind === 'jump') {
        addJump(part, place, frames, placement.cause);
        notes.noteReport(part);
        if (!isReplay) onPlaced(track.name, positionOf(track), placement);
        return;
      }
      if (placement.kind === 'audio') writeAudio(track, placement, isReplay);
      else writeSilence(track, placement);
      place.position += frames;
      if (!isReplay) onPlaced(track.name, positionOf(track) - frames, placement);
      if (placement.kind === 'silence' || place.muted?.isNews === true) notes.noteReport(part);
      const share = part.budget.use(frames, place.position);
      if (share !== undefined) send(limitNearWarning(share, options.onLimit));
    },
    listen(listener) {
      onPlaced = listener;
    },
  };
}
