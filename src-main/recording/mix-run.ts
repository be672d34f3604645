import { createMixer } from '../audio/mix.ts';
import type { LimiterShape } from '../audio/limiter.ts';
import type { MixSource } from './mix-source.ts';

/** What is read of each side at once: all that mixing ever holds in memory, however far a side is behind. */
const BLOCK_BYTES = 512 * 1024;
/**
 * A side that is this far behind is taken to be silent until it proves otherwise. So the mix of an hour in which one
 * side never said anything is ready when it stops, and not an hour behind.
 */
const PATIENCE_SECONDS = 5;
/** While the sides grow, mixing waits until there is so much to mix: fewer and larger reads and writes. */
const LEAST_SECONDS = 0.5;

/** What a step came to. `wrong`: a side was taken to be silent where it was not, so the mix so far is not the mix. */
export type MixStep = 'mixed' | 'waiting' | 'wrong';

/** One pass over the sides of a part, from their beginning. */
export interface MixRun {
  /**
   * Mixes the next block, if there is one. `final` sides grow no more: one that ends earlier is silent from there on.
   * A step that rejects while reading has changed nothing, and may be tried again with other sources.
   */
  step(sources: readonly MixSource[], final: boolean): Promise<MixStep>;
  /** The end of the mix, once a final step has nothing more to mix. */
  flush(): Uint8Array;
}

export interface MixRunOptions extends LimiterShape {
  /** False waits for every side, however long it takes. */
  readonly mayGuess: boolean;
  readonly write: (pcm: Uint8Array) => Promise<void>;
}

export function createMixRun({ sampleRate, channels, mayGuess, write }: MixRunOptions): MixRun {
  const mixer = createMixer({ sampleRate, channels });
  const bytesPerFrame = 2 * channels;
  const blockFrames = Math.floor(BLOCK_BYTES / bytesPerFrame);
  const patienceFrames = PATIENCE_SECONDS * sampleRate;
  let position = 0;
  /** Up to where each side is known to be what was mixed. */
  const heard: number[] = [];

  const read = async (source: MixSource, from: number, to: number): Promise<Uint8Array> => {
    const block = new Uint8Array(Math.max(0, to - from) * bytesPerFrame);
    if (block.byteLength > 0) await source.read(from * bytesPerFrame, block);
    return block;
  };

  /** Looks at what has come since of a side that was taken to be silent. */
  const wasSilent = async (source: MixSource, index: number, end: number): Promise<boolean> => {
    for (let from = heard[index] ?? 0; from < Math.min(end, position);) {
      const to = Math.min(end, position, from + blockFrames);
      const block = await read(source, from, to);
      if (block.some((byte) => byte !== 0)) return false;
      heard[index] = to;
      from = to;
    }
    return true;
  };

  const reach = (ends: readonly number[], final: boolean): number => {
    const [shortest, longest] = [Math.min(...ends), Math.max(...ends)];
    if (final) return longest;
    return mayGuess ? Math.max(shortest, longest - patienceFrames) : shortest;
  };

  return {
    async step(sources, final) {
      const ends = sources.map(({ dataBytes }) => Math.floor(dataBytes / bytesPerFrame));
      const goal = reach(ends, final);
      if (!final && goal - position < LEAST_SECONDS * sampleRate) return 'waiting';
      for (const [index, source] of sources.entries())
        if (!(await wasSilent(source, index, ends[index] ?? 0))) return 'wrong';
      const to = Math.min(goal, position + blockFrames);
      if (to <= position) return 'waiting';
      const blocks = await Promise.all(
        sources.map((source, index) => read(source, position, Math.min(ends[index] ?? 0, to))),
      );
      const frames = to - position;
      for (const [index, end] of ends.entries()) if (end > position) heard[index] = Math.min(end, to);
      position = to;
      await write(mixer.mix(blocks, frames));
      return 'mixed';
    },
    flush: mixer.flush,
  };
}
