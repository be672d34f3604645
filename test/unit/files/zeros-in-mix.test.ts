import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findZerosInMix } from '../../../src-main/files/zeros-in-mix.ts';
import type { ZeroStretch } from '../../../src-main/files/zero-stretches.ts';
import { referenceMix, voice } from '../../support/mix-reference.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const RATE = 16_000;
const near = voice(5, RATE * 6, 30_000);
const far = voice(6, RATE * 6, 30_000);

interface Case {
  readonly one?: Buffer;
  readonly other?: Buffer;
  /** What the mix was made of. */
  readonly mixed?: readonly [Buffer, Buffer];
  readonly lost: readonly (readonly [side: number, start: number, end: number])[];
}

function zeroed(pcm: Buffer, ...stretches: (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(pcm);
  for (const [start, end] of stretches) copy.fill(0, start, end);
  return copy;
}

async function find({ one = near, other = far, mixed = [near, far], lost }: Case) {
  const dir = await temporaryFolder();
  const [left, right] = [zeroed(one), zeroed(other)];
  for (const [side, start, end] of lost) (side === 0 ? left : right).fill(0, start, end);
  const audioOf = async (name: string, pcm: Buffer) => {
    await writeFile(join(dir, name), pcm);
    return { path: join(dir, name), dataOffset: 0, dataBytes: pcm.length };
  };
  return findZerosInMix({
    sides: [await audioOf('one', left), await audioOf('other', right)],
    mix: await audioOf('mix', referenceMix([...mixed], RATE)),
  });
}

/** Voices cross zero: a sample beside a lost stretch may have been zero before. */
function expectNear(found: readonly ZeroStretch[], start: number, end: number): void {
  expect(found).toHaveLength(1);
  expect(Math.abs((found[0]?.start ?? 0) - start)).toBeLessThanOrEqual(8);
  expect(Math.abs((found[0]?.end ?? 0) - end)).toBeLessThanOrEqual(8);
}

test('of loud voices whose mix is turned down nothing is lost, in a pause neither', async () => {
  expect(await find({ lost: [] })).toEqual([[], []]);
  const pausing = zeroed(far, [30_000, 90_000]);
  expect(await find({ other: pausing, mixed: [near, pausing], lost: [] })).toEqual([[], []]);
});

test('a block that one side lost is found, on the side that lost it', async () => {
  const [one = [], other] = await find({ lost: [[0, 40_960, 45_056]] });
  expectNear(one, 40_960, 45_056);
  expect(other).toEqual([]);
});

test('in the other side’s longer pause it is still the one that lost it', async () => {
  const pausing = zeroed(far, [30_000, 90_000]);
  const [one = [], other] = await find({
    other: pausing,
    mixed: [near, pausing],
    lost: [[0, 40_960, 45_056]],
  });
  expectNear(one, 40_960, 45_056);
  expect(other).toEqual([]);
});

test('a mix of something else proves nothing', async () => {
  const [one = [], other] = await find({
    mixed: [voice(8, RATE * 6, 30_000), voice(9, RATE * 6, 30_000)],
    lost: [[0, 40_960, 45_056]],
  });
  expect([one, other]).toEqual([[], []]);
});

test('a block that one of three tracks lost is found, on that one', async () => {
  const dir = await temporaryFolder();
  const third = voice(7, RATE * 6, 20_000);
  const audioOf = async (name: string, pcm: Buffer) => {
    await writeFile(join(dir, name), pcm);
    return { path: join(dir, name), dataOffset: 0, dataBytes: pcm.length };
  };
  const found = await findZerosInMix({
    sides: [
      await audioOf('one', near),
      await audioOf('two', far),
      await audioOf('three', zeroed(third, [16_384, 20_480])),
    ],
    mix: await audioOf('mix', referenceMix([near, far, third], RATE)),
  });
  expect(found.slice(0, 2)).toEqual([[], []]);
  expectNear(found[2] ?? [], 16_384, 20_480);
});
