import type { StopReason } from '../contract/server-messages.ts';
import { cutBack, framesInFile } from './part.ts';
import type { PartClosing } from './part-closing.ts';
import { lastFrames } from './placement.ts';
import type { Placer } from './placer.ts';
import type { SessionSpec } from './ports.ts';
import type { SinkFailures } from './sink-failures.ts';
import type { TakeParts } from './take-parts.ts';
import type { Placement } from './timeline.ts';
import { allWritten, moveTrack, partsInUse, positionOf, type SessionTrack } from './track.ts';
import type { TrackOutput } from './track-output.ts';

export interface RelocationOptions {
  readonly spec: Pick<SessionSpec, 'sampleRate'>;
  readonly tracks: readonly SessionTrack[];
  readonly parts: TakeParts;
  readonly placer: Placer;
  readonly output: TrackOutput;
  readonly closing: PartClosing;
  readonly failures: SinkFailures;
}

/**
 * A track that is behind the leading one by fewer seconds still begins the new part together with it. One that is further
 * behind is late for another reason, such as a network, or never came.
 */
const TOGETHER_SECONDS = 10;

/**
 * Continues in the fallback folder, where the usual one cannot be written any more. Rejects where that fails as well.
 */
export async function relocateTake(options: RelocationOptions, reason: StopReason): Promise<void> {
  const { spec, tracks, parts, placer, output, closing, failures } = options;
  const failed = partsInUse(tracks);
  await parts.openRelocated(async () => {
    await allWritten(tracks);
    return commonOrigin(tracks, spec.sampleRate);
  });
  failures.clear();
  for (const track of tracks) {
    const { part, place, pending } = track;
    const before = place.position;
    cutBack(part, place, framesInFile(part, place.track));
    const unwritten = lastFrames(pending, before - place.position, part.masterFrameBytes);
    const { originFrame, masterFrameBytes } = parts.newest;
    const written = positionOf(track);
    moveTrack(track, parts.newest, Math.min(originFrame, written));
    await placer.place(track, [...silenceFor(written - originFrame, masterFrameBytes), ...unwritten], true);
    output.noteWritten(track);
  }
  for (const part of failed) closing.closeIfLeft(part, reason);
}

/**
 * Where the new part begins: where the file of the track ends that reached least. What did not reach a file is the first
 * audio of the new part.
 */
function commonOrigin(tracks: readonly SessionTrack[], sampleRate: number): number {
  const ends = tracks.map(
    ({ part, place, earlierFrames, name }) =>
      earlierFrames + Math.min(place.position, framesInFile(part, name)),
  );
  const longest = Math.max(...ends);
  return Math.min(...ends.filter((end) => end >= longest - TOGETHER_SECONDS * sampleRate));
}

/**
 * What a track puts in the place of audio that is in the earlier part already, and not in that of the others: so all tracks of
 * the new part begin at the same frame. It counts as captured, as it is.
 */
function silenceFor(frames: number, frameBytes: number): Placement[] {
  return frames > 0 ? [{ kind: 'audio', frames, pcm: new Uint8Array(frames * frameBytes) }] : [];
}
