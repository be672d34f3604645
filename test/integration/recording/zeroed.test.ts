import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  audio,
  damage,
  far,
  killed,
  masterIn,
  RATE,
  recovered,
  SECONDS,
  type Killed,
} from '../../support/killed-recording.ts';
import { masterSamples } from '../../support/read-wav.ts';

const BOTH = ['user', 'assistant'];
const BLOCK = 4096;
const record = ['user', 'assistant', 'mixed'];

const pathOf = async ({ folder }: Killed, track: string): Promise<string> =>
  join(folder, (await readdir(folder)).find((name) => name.startsWith(`${track}_`)) ?? 'none');

/** Frames of a whole block of a file, from the first sample on. */
const frames = (block: number, blocks: number) => ({
  start_frame: (block * BLOCK - 44) / 2,
  frames: (blocks * BLOCK) / 2,
});

describe('blocks of a side that a disk has lost', () => {
  test.each([
    { track: 'user', pcm: audio, blocks: 1 },
    { track: 'user', pcm: audio, blocks: 30 },
    { track: 'assistant', pcm: far, blocks: 3 },
  ])(
    'are told as damaged where the mix has their sound: $blocks of $track',
    async ({ track, pcm, blocks }) => {
      const one = await killed({ tracks: BOTH, record });
      const at = 60;
      const damaged = { ...one, partial: await pathOf(one, track) };
      await damage(damaged, (bytes) => void bytes.fill(0, at * BLOCK, (at + blocks) * BLOCK));
      const { session } = await recovered(one);
      const gap = { track, ...frames(at, blocks), cause: 'damaged' };
      const { gaps, tracks } = session.parts[0]?.report ?? {};
      expect(gaps).toEqual([gap]);
      const expected = RATE * SECONDS;
      for (const each of tracks ?? [])
        expect(each).toMatchObject({
          captured: expected - (each.track === track ? gap.frames : 0),
          expected,
        });
      expect(session.recovered?.lost_seconds_at_most).toBeCloseTo(0.25 + gap.frames / RATE, 6);
      const kept = Buffer.from(pcm);
      kept.fill(0, at * BLOCK - 44, (at + blocks) * BLOCK - 44);
      expect((await masterSamples(masterIn(one, session, track))).equals(kept)).toBe(true);
    },
  );

  test('are told once, though the recovery is done again', async () => {
    const one = await killed({ tracks: BOTH, record });
    await damage(one, (bytes) => void bytes.fill(0, 60 * BLOCK, 61 * BLOCK));
    const first = await recovered(one);
    await first.recorder.close();
    const { session } = await recovered(one);
    expect(session.parts).toEqual(first.session.parts);
    expect(session.revision).toBe(first.session.revision);
  });

  test('are not told where there is no mix to prove it', async () => {
    const one = await killed({ tracks: BOTH, record: ['user', 'assistant'] });
    await damage(one, (bytes) => void bytes.fill(0, 60 * BLOCK, 61 * BLOCK));
    const { session } = await recovered(one);
    expect(session.parts[0]?.report?.gaps).toEqual([]);
  });

  test('are not told where it was the mix that lost them', async () => {
    const one = await killed({ tracks: BOTH, record });
    await damage(
      { ...one, partial: await pathOf(one, 'mixed') },
      (bytes) => void bytes.fill(0, 60 * BLOCK, 61 * BLOCK),
    );
    const { session } = await recovered(one);
    expect(session.parts[0]?.report?.gaps).toEqual([]);
  });

  test('leave every file that they were found with', async () => {
    const one = await killed({ tracks: BOTH, record });
    const mix = (await readFile(await pathOf(one, 'mixed'))).subarray(44);
    await damage(one, (bytes) => void bytes.fill(0, 60 * BLOCK, 61 * BLOCK));
    await recovered(one);
    const aside = (await readdir(one.folder)).find(
      (name) => name.startsWith('mixed') && name.includes('.aside'),
    );
    expect((await readFile(join(one.folder, aside ?? 'none'))).subarray(44).equals(mix)).toBe(true);
  });
});
