import type { Side } from '../../src-main/contract/audio-format.ts';
import { createWavHeader } from '../../src-main/audio/wav-header.ts';
import { PROTOCOL_LIMITS } from '../../src-main/contract/limits.ts';

/** A chunk that the engine never acknowledged: 16-bit samples, interleaved. */
export interface HeldChunk {
  readonly trackIndex: number;
  /** Where it begins in its track, in frames. */
  readonly startFrame: number;
  readonly samples: Uint8Array<ArrayBuffer>;
}

/** The unacknowledged audio of one track, as a file. */
export interface HeldAudio {
  readonly track: Side;
  readonly seconds: number;
  readonly wav: Blob;
}

export interface HeldShape {
  /** The tracks in the order of their wire index. */
  readonly tracks: readonly Side[];
  readonly sampleRate: number;
  readonly channels: number;
}

/** A WAV for each track with unacknowledged audio. A gap between two chunks becomes silence. */
export function heldAudio(chunks: readonly HeldChunk[], shape: HeldShape): HeldAudio[] {
  return shape.tracks.flatMap((track, index) => {
    const own = chunks.filter(({ trackIndex }) => trackIndex === index);
    return own.length === 0 ? [] : [{ track, ...fileOf(own, shape) }];
  });
}

function fileOf(chunks: readonly HeldChunk[], { sampleRate, channels }: HeldShape) {
  const frameBytes = 2 * channels;
  const silentSecond = new Uint8Array(sampleRate * frameBytes);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let frames = 0;
  let next = chunks[0]?.startFrame ?? 0;
  for (const { startFrame, samples } of chunks) {
    const missing = startFrame - next;
    // As in the engine: a longer gap stays unfilled.
    if (missing > 0 && missing <= PROTOCOL_LIMITS.maxDurationSeconds * sampleRate) {
      frames += missing;
      for (let left = missing; left > 0; left -= sampleRate)
        pieces.push(silentSecond.subarray(0, Math.min(left, sampleRate) * frameBytes));
    }
    pieces.push(samples);
    frames += samples.byteLength / frameBytes;
    next = startFrame + samples.byteLength / frameBytes;
  }
  const header = createWavHeader({ sampleRate, channels, mayExceed4GiB: false });
  const wav = new Blob([header.forSizes(frames * frameBytes, 0), ...pieces], { type: 'audio/wav' });
  return { seconds: frames / sampleRate, wav };
}
