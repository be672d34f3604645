import { sampleBlocks, type ByteSource } from './byte-source.ts';
import { sampleKind } from './sample-kind.ts';
import type { WaveFormat } from '../audio/wave-format.ts';

interface Stretch {
  readonly offset: number;
  readonly length: number;
}

const COMPARED_BYTES = 256 * 1024;
const BINS = 32;

/** Whether the bytes behind the audio are more audio, by the loudness and sign of their samples. */
export async function similarity(
  source: ByteSource,
  audio: Stretch,
  rest: Stretch,
  format: WaveFormat,
): Promise<'similar' | 'different' | 'unclear'> {
  const frameBytes = Math.max(1, format.blockBytes);
  const blocks = await sampleBlocks(source, rest, frameBytes);
  if (format.tag === 1 && format.bitsPerSample === 16) {
    const kind = sampleKind(blocks, format.channels);
    if (kind === 'pcm_s16le') return 'similar';
  }
  const near = Math.min(
    audio.length - (audio.length % frameBytes),
    COMPARED_BYTES - (COMPARED_BYTES % frameBytes),
  );
  if (near === 0) return 'unclear';
  const before = await sampleBlocks(
    source,
    { offset: audio.offset + audio.length - (audio.length % frameBytes) - near, length: near },
    frameBytes,
  );
  const difference = distance(shares(before, format), shares(blocks, format));
  if (difference < 0.3) return 'similar';
  return difference > 0.5 ? 'different' : 'unclear';
}

/** The distribution of the samples' most significant bytes. */
function shares(blocks: readonly Uint8Array[], format: WaveFormat): readonly number[] {
  const sampleBytes = Math.max(1, format.bitsPerSample >> 3);
  const counts = new Array<number>(BINS).fill(0);
  let total = 0;
  for (const block of blocks) {
    for (let index = sampleBytes - 1; index < block.length; index += sampleBytes, total++) {
      const bin = (block[index] ?? 0) >> 3;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  return counts.map((count) => count / Math.max(1, total));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, share, bin) => sum + Math.abs(share - (b[bin] ?? 0)), 0) / 2;
}
