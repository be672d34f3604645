import { copyFile, readFile, readdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AudioSegment } from '../../../src-main/contract/audio-segment.ts';
import { sessionFileSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import {
  damage,
  killed,
  RATE,
  recovered,
  SECONDS,
  wavOf,
  type Killed,
} from '../../support/killed-recording.ts';

const describedIn = async ({ folder }: Killed): Promise<SessionRecord> =>
  sessionFileSchema.parse(JSON.parse(await readFile(join(folder, 'session.json'), 'utf8'))).session;

/** Writes down what a session that was killed is to say of itself. */
async function describeAs(one: Killed, change: (session: SessionRecord) => SessionRecord): Promise<void> {
  const session = await describedIn(one);
  const changed = { ...change(session), revision: session.revision + 1 };
  await writeFile(join(one.folder, 'session.json'), JSON.stringify({ version: 1, session: changed }));
}

/** Empties the only master, as of so many seconds after the session's beginning, and gives that time. */
async function emptied(one: Killed, seconds: number): Promise<number> {
  const lastMs = Date.parse((await describedIn(one)).started_at) + seconds * 1000;
  await truncate(one.partial, 0);
  await utimes(one.partial, lastMs / 1000, lastMs / 1000);
  return lastMs;
}

/** A turn of the microphone's side, as it is written down. */
const turn = ({ started_at }: SessionRecord, startFrame: number, frames: number): AudioSegment => ({
  segment_id: '11111111-1111-4111-8111-111111111111',
  turn_id: '22222222-2222-4222-8222-222222222222',
  role: 'user',
  part: 1,
  start_frame: startFrame,
  frame_count: frames,
  start_ms: 0,
  end_ms: 1000,
  started_at,
  ended_at: started_at,
  interrupted: false,
  bleed: false,
  file: null,
});

const damagedIn = ({ parts }: SessionRecord): number =>
  (parts[0]?.report?.gaps ?? []).reduce(
    (sum, { cause, frames }) => sum + (cause === 'damaged' ? frames : 0),
    0,
  );

describe('a master of which not a byte is left', () => {
  test('is told as lost for the time in which it was written, and nobody calls it recovered', async () => {
    const one = await killed();
    const lastMs = await emptied(one, 40);
    for (let launch = 0; launch < 2; launch++) {
      const { session, recorder } = await recovered(one);
      expect(recorder.recovered).toEqual([]);
      expect(session).toMatchObject({
        status: 'failed',
        duration_seconds: 0,
        files: [{ status: 'failed' }],
        parts: [{ report: { captured: 0 } }],
      });
      const startedMs = Date.parse(session.parts[0]?.started_at ?? '');
      expect(damagedIn(session) / RATE).toBeCloseTo((lastMs - startedMs) / 1000, 2);
      await recorder.close();
    }
  });

  test('is told so where nothing but the name tells when it began', async () => {
    const one = await killed({ keepCatalog: false });
    await emptied(one, 40);
    await rm(join(one.folder, 'session.json'));
    const { session } = await recovered(one);
    expect(session.status).toBe('failed');
    expect(damagedIn(session) / session.sample_rate).toBeGreaterThanOrEqual(40);
    expect(damagedIn(session) / session.sample_rate).toBeLessThanOrEqual(41.5);
  });

  test.each(['markers', 'turns'] as const)('had what its %s say', async (what) => {
    const one = await killed({ keepCatalog: false });
    await emptied(one, 3);
    const frame = RATE * SECONDS;
    await describeAs(one, (session) => ({
      ...session,
      ...(what === 'markers'
        ? { markers: [{ frame, part: 1, label: 'here' }] }
        : {
            segments: [turn(session, frame - RATE, RATE)],
          }),
    }));
    const { session } = await recovered(one);
    expect(session.status).toBe('failed');
    expect(damagedIn(session)).toBe(frame);
  });

  test('is no reason to call a session lost of which an earlier part is there', async () => {
    const one = await killed();
    const [name = ''] = (await readdir(one.folder)).filter((entry) => entry.endsWith('.wav.partial'));
    const second = join(one.folder, name.replace('.wav', '_p2.wav'));
    await writeFile(second, '');
    const taken = Number(/_(\d+)\.wav/.exec(name)?.[1]);
    await utimes(second, taken + 60, taken + 60);
    const { session } = await recovered(one);
    expect(session).toMatchObject({ status: 'recovered', duration_seconds: SECONDS });
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(30);
  });
});

test('a master that is shorter than its turns has lost what they say', async () => {
  const one = await killed({ keepCatalog: false });
  await describeAs(one, (session) => ({
    ...session,
    segments: [turn(session, 0, RATE * (SECONDS + 5))],
  }));
  const { session } = await recovered(one);
  expect(damagedIn(session)).toBe(RATE * 5);
  expect(session.recovered?.lost_seconds_at_most).toBeCloseTo(5.25, 3);
});

describe('a master that was cut off whole, with a header that agrees, has lost what is told', () => {
  const shortened = (bytes: Buffer): Buffer => {
    const data = bytes.subarray(44, 44 + RATE * 2 * 10);
    return wavOf(data);
  };

  test('by a copy of another gain, which has it all', async () => {
    const one = await killed();
    await copyFile(one.partial, one.partial.replace('.wav', '_gain.wav'));
    await damage(one, shortened);
    const { session } = await recovered(one);
    expect(damagedIn(session) / RATE).toBeGreaterThan(SECONDS - 10 - 1);
    expect(session.files.find(({ master }) => !master)).toMatchObject({
      status: 'completed',
      duration_ms: SECONDS * 1000,
    });
    expect(session.recovered?.lost_seconds_at_most).toBe(0.25);
  });

  test('by what was once being made in its place', async () => {
    const one = await killed();
    const mending = one.partial.replace('.partial', '.mending');
    await copyFile(one.partial, mending);
    await damage(one, shortened);
    const { session } = await recovered(one);
    expect(damagedIn(session)).toBe(RATE * (SECONDS - 10));
    expect(session.recovered?.lost_seconds_at_most).toBeCloseTo(SECONDS - 10 + 0.25, 3);
    expect((await readFile(mending)).length).toBe(44 + RATE * 2 * SECONDS);
  });
});

test('a session whose master is gone is as long as its copy of another gain', async () => {
  const one = await killed();
  await rename(one.partial, one.partial.replace('.wav', '_gain.wav'));
  const { session } = await recovered(one);
  expect(session).toMatchObject({
    status: 'recovered',
    duration_seconds: SECONDS,
    parts: [{ report: { captured: RATE * SECONDS, expected: RATE * SECONDS, gaps: [] } }],
  });
  expect(session.recovered?.lost_seconds_at_most).toBe(2.25);
});

describe('without session.json and catalog', () => {
  const lying = (bytes: Buffer, sampleRate: number): undefined => {
    bytes.set(
      createWavHeader({ sampleRate, channels: 1, mayExceed4GiB: false }).forSizes(bytes.length - 44, 0),
    );
  };

  async function bare(tracks: readonly string[]): Promise<Killed> {
    const one = await killed({ tracks, keepCatalog: false });
    await rm(join(one.folder, 'session.json'));
    return one;
  }

  describe.each([16_000, 96_000])('a side whose header says %i Hz is as long as the other', (sampleRate) => {
    test('at the rate that the mix has too', async () => {
      const one = await bare(['user', 'assistant']);
      await damage(one, (bytes) => lying(bytes, sampleRate));
      const { session } = await recovered(one);
      expect(session).toMatchObject({ duration_seconds: SECONDS, sample_rate: RATE });
      expect(session.files.map(({ duration_ms }) => duration_ms)).toEqual(Array(3).fill(SECONDS * 1000));
    });

    test('without a mix, at the rate by which it fits the clock', async () => {
      const one = await bare(['user', 'assistant']);
      await damage(one, (bytes) => lying(bytes, sampleRate));
      const begun = Number(/_(\d+)\.wav/.exec(one.partial)?.[1]);
      const names = await readdir(one.folder);
      await rm(join(one.folder, names.find((name) => name.startsWith('mixed_')) ?? 'no mix'));
      const other = join(one.folder, names.find((name) => name.startsWith('assistant_')) ?? 'no side');
      // The one was damaged an hour later.
      await utimes(one.partial, begun + 3600, begun + 3600);
      await utimes(other, begun + SECONDS, begun + SECONDS);
      const { session } = await recovered(one);
      expect(session).toMatchObject({ duration_seconds: SECONDS, sample_rate: RATE });
      expect(damagedIn(session)).toBe(0);
    });
  });

  test('a recording that had been finished has lost nothing', async () => {
    const one = await bare(['user']);
    await rename(one.partial, one.partial.replace('.partial', ''));
    const bytes = await readFile(one.partial.replace('.partial', ''));
    lying(bytes, RATE);
    await writeFile(one.partial.replace('.partial', ''), bytes);
    const { session } = await recovered(one);
    expect(session).toMatchObject({ duration_seconds: SECONDS, recovered: { lost_seconds_at_most: 0 } });
  });
});

test('a session.json of another session is said to be that', async () => {
  const one = await killed({ keepCatalog: false });
  await describeAs(one, (session) => ({ ...session, id: 'another', files: [] }));
  const { session } = await recovered(one);
  expect(session.notes).toMatch(/describes another session, another\. It is kept as session\.json\.aside/);
});
