import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineRamp, writeIndexRamp } from '../../support/index-ramp.ts';

const FRAME_BYTES = 4;
let folder = '';
let ramp = Buffer.alloc(0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-ramp-'));
  await writeIndexRamp(join(folder, 'ramp.raw'), 2);
  ramp = await readFile(join(folder, 'ramp.raw'));
});
afterAll(() => rm(folder, { recursive: true }));

const frames = (from: number, to?: number) =>
  ramp.subarray(from * FRAME_BYTES, to === undefined ? undefined : to * FRAME_BYTES);

describe('the ramp that proves captures', () => {
  test('a whole one is whole', () => {
    expect(examineRamp(ramp, 2)).toEqual({ frames: 96_000, lost: 0, repeated: 0, altered: 0 });
  });

  test('lost frames are counted: inside, at the start and at the end', () => {
    const cut = Buffer.concat([frames(48_003, 100_000), frames(100_007, 143_995)]);
    expect(examineRamp(cut, 2)).toMatchObject({ lost: 3 + 7 + 5, repeated: 0, altered: 0 });
  });

  test('repeated frames are counted', () => {
    const stuttering = Buffer.concat([frames(0, 100_000), frames(99_872)]);
    expect(examineRamp(stuttering, 2)).toMatchObject({ lost: 0, repeated: 128, altered: 0 });
  });

  test('frames of silence, or one bit off, are counted', () => {
    const altered = Buffer.from(ramp);
    altered.fill(0, 60_000 * FRAME_BYTES, 60_010 * FRAME_BYTES);
    altered.writeUInt8(altered.readUInt8(70_000 * FRAME_BYTES) ^ 1, 70_000 * FRAME_BYTES);
    expect(examineRamp(altered, 2)).toMatchObject({ lost: 0, repeated: 0, altered: 11 });
  });

  test('silence alone is not a ramp', () => {
    expect(examineRamp(Buffer.alloc(4000), 2)).toMatchObject({ frames: 0, lost: 96_000 });
  });
});
