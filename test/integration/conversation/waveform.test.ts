import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WaveFile } from 'wavefile';
import { readWaveform } from '../../../src-main/conversation/waveform.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-waveform-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function wav(name: string, rate: number, channels: number, samples: Int16Array): Promise<string> {
  const file = new WaveFile();
  file.fromScratch(
    channels,
    rate,
    '16',
    channels === 1
      ? samples
      : [samples.filter((_, index) => index % 2 === 0), samples.filter((_, index) => index % 2 === 1)],
  );
  const path = join(folder, name);
  await writeFile(path, file.toBuffer());
  return path;
}

test('the outline shows where a session is loud, over parts of different rates and a missing one', async () => {
  const first = new Int16Array(16_000 * 10);
  first[16_000 * 2 + 5] = -32_768;
  const third = new Int16Array(48_000 * 2 * 10);
  // The right channel counts like the left.
  third[48_000 * 2 * 9 + 1] = 16_384;
  const parts = [
    { path: await wav('1.wav', 16_000, 1, first), durationSeconds: 10 },
    { path: undefined, durationSeconds: 10 },
    { path: await wav('3.wav', 48_000, 2, third), durationSeconds: 10 },
  ];
  const peaks = await readWaveform(parts, 30);
  expect(peaks).toEqual(Array.from({ length: 30 }, (_, second) => ({ 2: 1, 29: 0.5 })[second] ?? 0));
});

test('every sample counts, however many points there are', async () => {
  const samples = Int16Array.from({ length: 1000 }, (_, frame) => (frame === 999 ? 8192 : 0));
  const path = await wav('short.wav', 8000, 1, samples);
  for (const points of [1, 3, 999, 1000, 1001, 4000]) {
    const peaks = await readWaveform([{ path, durationSeconds: 0.125 }], points);
    expect(Math.max(...peaks), `${points} points`).toBe(0.25);
    expect(peaks).toHaveLength(points);
  }
});
