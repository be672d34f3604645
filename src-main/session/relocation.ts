import type { StopReason } from '../contract/server-messages.ts';
import { cutBack } from './part.ts';
import type { PartClosing } from './part-closing.ts';
import { lastFrames } from './placement.ts';
import type { Placer } from './placer.ts';
import type { SinkFailures } from './sink-failures.ts';
import type { TakeParts } from './take-parts.ts';
import { allWritten, moveTrack, partsInUse, positionOf, type SessionTrack } from './track.ts';
import type { TrackOutput } from './track-output.ts';

export interface RelocationOptions {
  readonly tracks: readonly SessionTrack[];
  readonly parts: TakeParts;
  readonly placer: Placer;
  readonly output: TrackOutput;
  readonly closing: PartClosing;
  readonly failures: SinkFailures;
}

/** Goes on in the fallback folder, where the usual one can no longer be written. Rejects where that fails as well. */
export async function relocateTake(options: RelocationOptions, reason: StopReason): Promise<void> {
  const { tracks, parts, placer, output, closing, failures } = options;
  const failed = partsInUse(tracks);
  await parts.openRelocated(async () => {
    await allWritten(tracks);
    // What did not reach a file is not behind the new part, but its first audio.
    return Math.max(
      ...tracks.map((track) => track.earlierFrames + Math.min(track.place.position, framesInFile(track))),
    );
  });
  failures.overcome();
  for (const track of tracks) {
    const { part, place, pending } = track;
    const before = place.position;
    cutBack(part, place, framesInFile(track));
    const unwritten = lastFrames(pending, before - place.position, part.masterFrameBytes);
    moveTrack(track, parts.newest, positionOf(track));
    await placer.place(track, unwritten, true);
    output.noteWritten(track);
  }
  for (const part of failed) closing.closeIfLeft(part, reason);
}

/** Frames of the track in the file of its part. */
function framesInFile({ part, name }: SessionTrack): number {
  return Math.floor(part.sink.writtenBytes(name) / part.masterFrameBytes);
}
