import { mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import type { Encoder } from '../../../src-main/encode/encoder.ts';
import { listFfmpegCandidates } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';
import { measureSeconds } from '../../../src-main/encode/measure-seconds.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import {
  damage,
  killed,
  RATE,
  recovered,
  SECONDS,
  wavOf,
  type Killed,
} from '../../support/killed-recording.ts';

const log = (): void => undefined;

async function openEncoder(): Promise<Encoder> {
  const ffmpeg = await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log });
  const encoder = createEncoder({ ffmpeg, log });
  onTestFinished(() => encoder.close());
  return encoder;
}

async function withCopy(format: string): Promise<Killed & { readonly copy: string }> {
  const one = await killed({ format, encoder: await openEncoder() });
  const name = (await readdir(one.folder)).find((entry) => entry.endsWith(`.${format}.partial`)) ?? 'no copy';
  return { ...one, copy: join(one.folder, name.replace('.partial', '')) };
}

const CUT_OFF = [
  ['removed', (path: string) => rm(path)],
  ['emptied', (path: string) => truncate(path, 0)],
  ['cut off', (path: string) => truncate(path, 44 + RATE * 2)],
] as const;

/** What a disk does to the middle of a master and leaves its header sound. */
const HOLES = [
  ['zeros', 1, (bytes: Buffer) => bytes.fill(0)],
  // Where it ends, nothing tells.
  ['noise', 0, (bytes: Buffer) => seededBytes(99, bytes.length).copy(bytes)],
] as const;

describe.each(['mp4', 'mp3'])('a partial %s', (format) => {
  test.each(HOLES)(
    'stays where its master has a hole of %s, and the hole is told',
    async (_, gaps, spoil) => {
      const one = await withCopy(format);
      const bytes = await readFile(`${one.copy}.partial`);
      // Two seconds, from the tenth on.
      const [start, end] = [44 + RATE * 2 * 10, 44 + RATE * 2 * 12];
      await damage(one, (master) => void spoil(master.subarray(start, end)));
      const { recorder } = await recovered(one, await openEncoder());
      await recorder.recoveryFinished;
      expect((await readFile(`${one.copy}.partial.aside`)).equals(bytes)).toBe(true);
      expect((await readdir(one.folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
      const session = await recorder.handlers['sessions.get']({ id: 'talk' });
      const hole = { track: 'user', cause: 'damaged', start_frame: RATE * 10, frames: RATE * 2 };
      expect(session.parts[0]?.report?.gaps).toEqual(Array.from({ length: gaps }, () => hole));
      expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(2);
      expect(recorder.recovered[0]?.recovered).toEqual(session.recovered);
    },
  );

  test('stays where its master is nothing but zeros', async () => {
    const one = await withCopy(format);
    const bytes = await readFile(`${one.copy}.partial`);
    await damage(one, (master) => void master.fill(0, 44));
    const { recorder } = await recovered(one, await openEncoder());
    await recorder.recoveryFinished;
    expect((await readFile(`${one.copy}.partial.aside`)).equals(bytes)).toBe(true);
  });

  test('and one that a recovery was making stay where their master has a hole since', async () => {
    const one = await withCopy(format);
    const bytes = await readFile(`${one.copy}.partial`);
    await writeFile(`${one.copy}.encoding-0123abcd`, bytes);
    await damage(one, (master) => void master.fill(0, 44 + RATE * 2 * 10, 44 + RATE * 2 * 12));
    const { recorder } = await recovered(one, await openEncoder());
    await recorder.recoveryFinished;
    expect((await readFile(`${one.copy}.encoding-0123abcd`)).equals(bytes)).toBe(true);
  });

  test.each(['its head', 'its middle'])(
    'that is damaged in %s stays where its master is cut off or has a hole',
    async (at) => {
      for (const lose of [
        (bytes: Buffer) => wavOf(bytes.subarray(44, 44 + RATE * 2 * 15)),
        (bytes: Buffer) => void bytes.fill(0, 44 + RATE * 2 * 20),
      ]) {
        const one = await withCopy(format);
        const bytes = await readFile(`${one.copy}.partial`);
        const from = at === 'its head' ? 0 : bytes.indexOf('moof', bytes.length >> 1) - 4;
        if (at === 'its head' || format === 'mp4') bytes.fill(0, from, from + (format === 'mp4' ? 64 : 4096));
        else bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 8192);
        await writeFile(`${one.copy}.partial`, bytes);
        await damage(one, lose);
        const { recorder } = await recovered(one, await openEncoder());
        await recorder.recoveryFinished;
        const kept = (await readdir(one.folder)).filter((name) => /\.mp[34]/.test(name));
        const contents = await Promise.all(kept.map((name) => readFile(join(one.folder, name))));
        expect([kept, contents.some((content) => content.equals(bytes))]).toEqual([kept, true]);
        await recorder.close();
      }
    },
  );

  test('that a recovery was making and whose head is zeros stays where its master has lost some', async () => {
    for (const lose of [
      (bytes: Buffer) => wavOf(bytes.subarray(44, 44 + RATE * 2 * 15)),
      (bytes: Buffer) => void bytes.fill(0, 44 + RATE * 2 * 20),
    ]) {
      const one = await withCopy(format);
      const bytes = await readFile(`${one.copy}.partial`);
      bytes.fill(0, 0, 4096);
      await rm(`${one.copy}.partial`);
      await writeFile(`${one.copy}.encoding-0123abcd`, bytes);
      await damage(one, lose);
      const { recorder } = await recovered(one, await openEncoder());
      await recorder.recoveryFinished;
      expect((await readFile(`${one.copy}.encoding-0123abcd`)).equals(bytes)).toBe(true);
      await recorder.close();
    }
  });

  test('that has a tenth of a second more than its master stays', async () => {
    const one = await withCopy(format);
    const bytes = await readFile(`${one.copy}.partial`);
    const inCopy = Math.floor((await measureSeconds(`${one.copy}.partial`)) * RATE);
    await damage(one, (master) => wavOf(master.subarray(44, 44 + (inCopy - RATE / 10) * 2)));
    const { recorder } = await recovered(one, await openEncoder());
    await recorder.recoveryFinished;
    expect((await readFile(`${one.copy}.partial.aside`)).equals(bytes)).toBe(true);
  });

  test('goes where its copy was made again and has all of it', async () => {
    const one = await withCopy(format);
    await writeFile(`${one.copy}.encoding-0123abcd`, await readFile(`${one.copy}.partial`));
    const { recorder } = await recovered(one, await openEncoder());
    await recorder.recoveryFinished;
    expect((await readdir(one.folder)).filter((name) => !/\.(wav|mp[34]|json)$/.test(name))).toEqual([]);
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(session.parts[0]?.report?.gaps).toEqual([]);
  });

  test.each(CUT_OFF)('whose master was %s is kept as the copy, as long as it was', async (_, cutOff) => {
    const one = await withCopy(format);
    const bytes = await readFile(`${one.copy}.partial`);
    await cutOff(one.partial);
    const { recorder, session } = await recovered(one, await openEncoder());
    await recorder.recoveryFinished;
    expect((await readFile(one.copy)).equals(bytes)).toBe(true);
    const copy = session.files.find((file) => file.format === format);
    expect(copy?.status).toBe('completed');
    expect(copy?.duration_ms).toBeGreaterThan((SECONDS - 5) * 1000);
    expect(session.status).toBe('recovered');
    expect(session.recovered?.lost_seconds_at_most).toBeLessThan(5.5);
    // As long as the copy where nothing else is left, and then its encoder kept something to itself.
    if (session.files.some(({ master, status }) => master && status === 'completed')) return;
    expect(session.duration_seconds).toBeCloseTo((copy?.duration_ms ?? 0) / 1000, 2);
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(2.25);
  });

  test('whose master only has a damaged header is made again from all of it', async () => {
    const one = await withCopy(format);
    await damage(one, (bytes) => void bytes.fill(0, 0, 44));
    const { recorder } = await recovered(one, await openEncoder());
    await recorder.recoveryFinished;
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(session.files.map(({ status, duration_ms }) => [status, duration_ms])).toEqual([
      ['completed', SECONDS * 1000],
      ['completed', SECONDS * 1000],
    ]);
    expect((await readdir(one.folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

test.each(['mp4', 'mp3'])(
  'an %s that has the name of a new copy is kept under a name aside',
  async (format) => {
    const wallMs = 1_800_000_000_000;
    const clock = { monotonicMs: () => performance.now(), wallMs: () => wallMs };
    const { recorder, dataDir } = await openOwnRecorder({ clock, encoder: await openEncoder() });
    const folder = join(dataDir, 'recordings', 'talk');
    await mkdir(folder, { recursive: true });
    const names = ['', '.partial'].map((suffix) => `user_${wallMs / 1000}.${format}${suffix}`);
    for (const name of names) await writeFile(join(folder, name), `earlier ${name}`);
    const connection = recorder.connect('talk', { send: () => undefined });
    await connection.receiveText(JSON.stringify({ action: 'start', format, sample_rate: RATE }));
    await connection.receiveBinary(seededBytes(3, RATE));
    await connection.receiveText('{"action":"stop"}');
    const { files } = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(files.map((file) => [file.format, file.status]).toSorted()).toEqual([
      [format, 'completed'],
      ['wav', 'completed'],
    ]);
    for (const name of names)
      expect(await readFile(join(folder, `${name}.aside`), 'utf8')).toBe(`earlier ${name}`);
  },
);

test.each(['mp4', 'mp3'])(
  'an %s that takes the name of a copy while it is made is kept aside',
  async (format) => {
    const { recorder, dataDir } = await openOwnRecorder({ encoder: await openEncoder() });
    const folder = join(dataDir, 'recordings', 'talk');
    const connection = recorder.connect('talk', { send: () => undefined });
    await connection.receiveText(JSON.stringify({ action: 'start', format, sample_rate: RATE }));
    await connection.receiveBinary(seededBytes(3, RATE));
    const master = (await readdir(folder)).find((name) => name.endsWith('.wav.partial')) ?? '';
    const copy = join(folder, master.replace('.wav.partial', `.${format}`));
    await writeFile(copy, 'somebody’s own');
    await connection.receiveText('{"action":"stop"}');
    const { files } = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(files.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(await readFile(`${copy}.aside`, 'utf8')).toBe('somebody’s own');
    expect(await measureSeconds(copy)).toBeGreaterThan(0.3);
  },
);

test.each(['mp4', 'mp3'])(
  'an %s of the encoder that comes with the program goes like any other',
  async (format) => {
    const encoder = createEncoder({ ffmpeg: undefined, log });
    onTestFinished(() => encoder.close());
    const one = await killed({ format, encoder });
    const { recorder } = await recovered(one, encoder);
    await recorder.recoveryFinished;
    expect((await readdir(one.folder)).filter((name) => !/\.(wav|mp[34]|json)$/.test(name))).toEqual([]);
  },
);
