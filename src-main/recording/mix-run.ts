import { createMixer } from '../audio/mix.ts';
import type { LimiterShape } from '../audio/limiter.ts';
import type { MixSource } from './mix-source.ts';

/** Audio that is read of each side at once. Mixing never holds more in memory, however late a side is. */
const BLOCK_BYTES = 512 * 1024;
/**
 * A side that is later than this counts as silent until it brings audio. So the mix of an hour with only one side is
 * ready when the recording stops.
 */
const PATIENCE_SECONDS = 5;
/** While the sides grow, mixing waits for this much audio: fewer, larger reads and writes. */
const LEAST_SECONDS = 0.5;

/** The result of a step. `wrong`: a side that counted as silent has brought audio, so the mix is wrong. */
export type MixStep = 'mixed' | 'waiting' | 'wrong';

/** One pass over the sides of a part, from their beginning. */
export interface MixRun {
  /**
   * Mixes the next block, if there is one. `final` sides do not grow any more: one that ends earlier is silent from
   * there on. A step that rejects while reading has changed nothing and may be repeated with other sources.
   */
  step(sources: readonly MixSource[], final: boolean): Promise<MixStep>;
  /** The last samples of the mix, once a final step finds nothing more to mix. */
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
  /** For each side: up to where its audio is known to agree with the mix. */
  const heard: number[] = [];

  const read = async (source: MixSource, from: number, to: number): Promise<Uint8Array> => {
    const block = new Uint8Array(Math.max(0, to - from) * bytesPerFrame);
    if (block.byteLength > 0) await source.read(from * bytesPerFrame, block);
    return block;
  };

  /** Checks whether the late audio of a side that counted as silent is really silent. */
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
