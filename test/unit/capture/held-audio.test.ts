import { WaveFile } from 'wavefile';
import { expect, test } from 'vitest';
import { heldAudio, type HeldChunk } from '../../../src-renderer/session/held-audio.ts';

const SHAPE = { tracks: ['user', 'assistant'] as const, sampleRate: 8, channels: 2 };

const chunk = (trackIndex: number, startFrame: number, samples: readonly number[]): HeldChunk => ({
  trackIndex,
  startFrame,
  samples: new Uint8Array(Int16Array.from(samples).buffer),
});

async function read(wav: Blob) {
  const file = new WaveFile(new Uint8Array(await wav.arrayBuffer()));
  return {
    fmt: file.fmt,
    declared: (file.data as { chunkSize: number }).chunkSize,
    samples: [...file.getSamples(true, Int16Array)],
  };
}

test('what was never acknowledged is a WAV of each side, its holes silence of their length', async () => {
  const held = heldAudio(
    [chunk(0, 100, [1, -1, 2, -2]), chunk(1, 96, [7, 7]), chunk(0, 102, [3, -3]), chunk(0, 104, [4, -4])],
    SHAPE,
  );
  expect(held.map(({ track, seconds }) => [track, seconds])).toEqual([
    ['user', 5 / 8],
    ['assistant', 1 / 8],
  ]);
  const [mine, theirs] = await Promise.all(held.map(({ wav }) => read(wav)));
  expect(mine).toMatchObject({
    fmt: { audioFormat: 1, numChannels: 2, sampleRate: 8, bitsPerSample: 16 },
    declared: 20,
    samples: [1, -1, 2, -2, 3, -3, 0, 0, 4, -4],
  });
  expect(theirs?.samples).toEqual([7, 7]);
});

test('a hole of hours is left out, and a side of which nothing is held has no file', async () => {
  const [mine, ...others] = heldAudio([chunk(0, 0, [1, 1]), chunk(0, 8 * 3601, [2, 2])], SHAPE);
  expect(others).toEqual([]);
  expect(mine && (await read(mine.wav)).samples).toEqual([1, 1, 2, 2]);
  expect(heldAudio([], SHAPE)).toEqual([]);
});
