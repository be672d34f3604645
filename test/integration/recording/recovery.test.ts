import { mkdir, readFile, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import { sampleRateOf, sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { readWav } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';

async function recordUntilKilled(id: string, audio: Buffer) {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect(id, { send: () => undefined });
  void connection.receiveText('{"action":"start","format":"wav","title":"Physics"}');
  await connection.receiveBinary(audio.subarray(0, audio.length / 2));
  await connection.receiveText('{"action":"marker","label":"exam question"}');
  await connection.receiveBinary(audio.subarray(audio.length / 2));
  return dataDir;
}

/** Waits until the kill would find all of it: the audio, the marker, and nothing half written. */
async function settled(dataDir: string, id: string, bytes: number): Promise<void> {
  const folder = join(dataDir, 'recordings', id);
  for (;;) {
    const names = await readdir(folder);
    const partial = names.find((entry) => entry.endsWith('.partial'));
    const described = await readFile(join(folder, 'session.json'), 'utf8');
    if (partial === undefined || names.includes('session.json.new') || !described.includes('exam question'))
      continue;
    if ((await readWav(join(folder, partial))).samples.length === bytes) return;
  }
}

describe('a session that a crash cut off', () => {
  const audio = seededBytes(1, 16_000 * 2 * 4);

  test('is listed at the next launch as recovered, whole, with its title, its marker and what may be lost', async () => {
    const before = await recordUntilKilled('lecture', audio);
    await settled(before, 'lecture', audio.length);
    const { recorder, dataDir } = await openOwnRecorder({ dataDir: await copyAsAfterKill(before) });
    expect(recorder.recovered.map(({ id }) => id)).toEqual(['lecture']);
    const session = await recorder.handlers['sessions.get']({ id: 'lecture' });
    expect(session).toMatchObject({
      status: 'recovered',
      title: 'Physics',
      duration_seconds: 4,
      recovered: { lost_seconds_at_most: 0.25 },
      markers: [{ label: 'exam question', frame: 32_000 }],
    });
    const wav = await readWav(join(dataDir, 'recordings', session.files[0]?.file_path ?? ''));
    expect(wav.samples.equals(audio)).toBe(true);
    expect(wav.cuePoints.map(({ position, label }) => [position, label])).toEqual([[2000, 'exam question']]);
  });

  test('is found in its bare folder when the catalog is gone, and when session.json is gone too', async () => {
    const before = await recordUntilKilled('bare', audio);
    await settled(before, 'bare', audio.length);
    const copy = await copyAsAfterKill(before, { keepCatalog: false });
    await rm(join(copy, 'recordings', 'bare', 'session.json'));
    const { recorder } = await openOwnRecorder({ dataDir: copy });
    const { sessions } = await recorder.handlers['sessions.list']({});
    expect(sessions).toMatchObject([
      { id: 'bare', status: 'recovered', duration_seconds: 4, sample_rate: 16_000 },
    ]);
  });

  test('of two tracks and two parts is as long as its parts, not as its files, when only its audio is left', async () => {
    const { recorder, dataDir } = await openOwnRecorder({
      limits: { ...PROTOCOL_LIMITS, maxDurationSeconds: 3 },
    });
    const connection = recorder.connect('two', { send: () => undefined });
    const start = {
      action: 'start',
      format: 'wav',
      tracks: ['user', 'assistant'],
      on_limit: 'continue',
      placement: 'append',
    };
    void connection.receiveText(JSON.stringify(start));
    for (const track of start.tracks)
      await connection.receiveText(
        JSON.stringify({ action: 'audio_chunk', track, data: audio.toString('base64') }),
      );
    await connection.receiveText('{"action":"stop"}');
    const copy = await copyAsAfterKill(dataDir, { keepCatalog: false });
    await rm(join(copy, 'recordings', 'two', 'session.json'));
    const { recorder: next } = await openOwnRecorder({ dataDir: copy });
    expect(next.recovered).toMatchObject([
      {
        duration_seconds: 4,
        tracks: ['user', 'assistant'],
        parts: [
          { part: 1, duration_seconds: 3 },
          { part: 2, duration_seconds: 1 },
        ],
      },
    ]);
    expect(next.recovered[0]?.files.map(({ duration_ms }) => duration_ms)).toEqual([
      3000, 3000, 3000, 1000, 1000, 1000,
    ]);
  });

  test('in its second take, at another rate, keeps the times of both', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    const connection = recorder.connect('again', { send: () => undefined });
    for (const [rate, label] of [
      [16_000, 'first'],
      [48_000, 'exam question'],
    ] as const) {
      void connection.receiveText(JSON.stringify({ action: 'start', format: 'wav', sample_rate: rate }));
      await connection.receiveBinary(audio);
      await connection.receiveText(JSON.stringify({ action: 'marker', label }));
      if (rate === 16_000) await connection.receiveText('{"action":"stop"}');
    }
    await settled(dataDir, 'again', audio.length);
    const { recorder: next } = await openOwnRecorder({ dataDir: await copyAsAfterKill(dataDir) });
    const session = await next.handlers['sessions.get']({ id: 'again' });
    expect(session.duration_seconds).toBeCloseTo(4 + 4 / 3, 6);
    expect(session.parts.map(({ sample_rate }) => sample_rate)).toEqual([16_000, 48_000]);
    expect(session.markers.map(({ frame, part }) => frame / sampleRateOf(session, part))).toEqual([4, 4 / 3]);
    expect(session.files.map(({ duration_ms }) => Math.round(duration_ms))).toEqual([4000, 1333]);
  });

  test('counts silence in it as missing, also where its report no longer lists every gap', async () => {
    const before = await recordUntilKilled('storm', audio);
    await settled(before, 'storm', audio.length);
    const copy = await copyAsAfterKill(before, { keepCatalog: false });
    const path = join(copy, 'recordings', 'storm', 'session.json');
    const { version, session } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const gap = { track: 'user', start_frame: 100, cause: 'missing_chunks' } as const;
    const report = {
      captured: 30_000,
      expected: 50_000_000,
      gaps: [
        { ...gap, frames: 200 },
        { ...gap, start_frame: 400, frames: 40_000_000, unfilled: true },
      ],
      tracks: [
        {
          track: 'user',
          captured: 30_000,
          expected: 50_000_000,
          chunks_received: 7,
          chunks_rejected: 0,
          chunks_duplicated: 0,
          chunks_late: 0,
          clock: null,
          clipped_samples: 0,
          unlisted: { gaps: 30, frames: 3000 },
        },
      ],
    };
    const parts = session.parts.map((part) => ({ ...part, report }));
    await writeFile(path, JSON.stringify({ version, session: { ...session, parts } }));
    const { recorder } = await openOwnRecorder({ dataDir: copy });
    const recovered = await recorder.handlers['sessions.get']({ id: 'storm' });
    expect(recovered.duration_seconds).toBe(4);
    expect(recovered.parts[0]?.report).toMatchObject({
      captured: 64_000 - 3200,
      expected: 64_000 + 40_000_000,
    });
  });

  test('is recovered once: a second launch finds nothing to do and changes no file', async () => {
    const before = await recordUntilKilled('twice', audio);
    await settled(before, 'twice', audio.length);
    const copy = await copyAsAfterKill(before);
    const first = await openTestRecorder({ dataDir: copy });
    await first.recorder.close();
    const folder = join(copy, 'recordings', 'twice');
    const read = async (): Promise<[string, string][]> =>
      Promise.all(
        (await readdir(folder))
          .toSorted()
          .map(async (name): Promise<[string, string]> => [
            name,
            (await readFile(join(folder, name))).toString('base64'),
          ]),
      );
    const afterFirst = await read();
    const { recorder } = await openOwnRecorder({ dataDir: copy });
    expect(recorder.recovered).toEqual([]);
    expect(await read()).toEqual(afterFirst);
  });

  test('is left alone while the process that records it lives', async () => {
    const before = await recordUntilKilled('running', audio);
    const { recorder } = await openTestRecorder({ dataDir: before });
    expect(recorder.recovered).toEqual([]);
    await recorder.close();
    expect(
      (await readdir(join(before, 'recordings', 'running'))).some((name) => name.endsWith('.partial')),
    ).toBe(true);
  });

  test.each([100, 0])(
    'counts audio that a header of %i bytes does not, and drops half a frame',
    async (told) => {
      const before = await recordUntilKilled('behind', audio);
      await settled(before, 'behind', audio.length);
      const copy = await copyAsAfterKill(before);
      const folder = join(copy, 'recordings', 'behind');
      const [partial = ''] = (await readdir(folder)).filter((name) => name.endsWith('.partial'));
      const bytes = await readFile(join(folder, partial));
      bytes.writeUInt32LE(told, 40);
      await writeFile(join(folder, partial), Buffer.concat([bytes, Buffer.of(7)]));
      const { recorder } = await openOwnRecorder({ dataDir: copy });
      expect((await recorder.handlers['sessions.get']({ id: 'behind' })).duration_seconds).toBe(4);
    },
  );

  test('keeps its account of a hole too long to be filled, however soon the crash follows it', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    const connection = recorder.connect('slept', { send: () => undefined });
    const hours = 3 * 3600 * 16_000;
    const headed = (seq: number, startFrame: number, samples: Uint8Array): Uint8Array =>
      headedFrame({ trackIndex: 0, seq, startFrame, gapCause: 'suspended' }, samples);
    void connection.receiveText('{"action":"start","format":"wav","framing":"headed"}');
    await connection.receiveBinary(headed(0, 0, audio.subarray(0, 64_000)));
    await connection.receiveBinary(headed(1, 32_000 + hours, audio.subarray(64_000)));
    await connection.receiveText('{"action":"marker","label":"exam question"}');
    await settled(dataDir, 'slept', audio.length);
    const { recorder: next } = await openOwnRecorder({ dataDir: await copyAsAfterKill(dataDir) });
    const session = await next.handlers['sessions.get']({ id: 'slept' });
    expect(session.duration_seconds).toBe(4);
    expect(session.parts[0]?.report).toMatchObject({
      captured: 64_000,
      expected: 64_000 + hours,
      gaps: [{ start_frame: 32_000, frames: hours, cause: 'suspended', unfilled: true }],
    });
  });

  test('is recovered from the fallback folder, though its own folder is gone', async () => {
    const before = await recordUntilKilled('moved', audio);
    await settled(before, 'moved', audio.length);
    const copy = await copyAsAfterKill(before);
    const elsewhere = join(copy, 'elsewhere');
    await mkdir(elsewhere);
    await rename(join(copy, 'recordings', 'moved'), join(elsewhere, 'moved'));
    const path = join(elsewhere, 'moved', 'session.json');
    const described = await readFile(path, 'utf8');
    await writeFile(
      path,
      described.replace('"fallback_dir": null', `"fallback_dir": ${JSON.stringify(elsewhere)}`),
    );
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(join(copy, 'lectern.db'));
    database.prepare('UPDATE sessions SET fallback_dir = ?').run(elsewhere);
    database.close();
    const { recorder } = await openOwnRecorder({ dataDir: copy });
    expect(recorder.recovered).toMatchObject([{ id: 'moved', duration_seconds: 4 }]);
    expect((await recorder.handlers['sessions.get']({ id: 'moved' })).files).toMatchObject([
      { status: 'completed' },
    ]);
  });

  test('is left alone by a launch whose clock has been set, while its process lives', async () => {
    const before = await recordUntilKilled('clock', audio);
    const path = join(before, 'recordings', 'clock', '.owner');
    const owner = await readFile(path, 'utf8');
    await writeFile(path, owner.replace(/"booted_at":\d+/, '"booted_at":1'));
    const { recorder } = await openTestRecorder({ dataDir: before });
    expect(recorder.recovered).toEqual(process.platform === 'linux' ? [] : expect.anything());
    await expect(recorder.handlers['sessions.delete']({ id: 'clock' })).rejects.toMatchObject({
      code: 'SESSION_ACTIVE',
    });
    await recorder.close();
  });

  test('is recovered even where the crash came before the first header', async () => {
    const { recorder: first, dataDir: before } = await openOwnRecorder();
    void first.connect('empty', { send: () => undefined }).receiveText('{"action":"start","format":"wav"}');
    const partialIn = async (folder: string): Promise<string | undefined> =>
      (await readdir(folder).catch(() => [])).find((name) => name.endsWith('.partial'));
    while ((await partialIn(join(before, 'recordings', 'empty'))) === undefined);
    const copy = await copyAsAfterKill(before);
    const folder = join(copy, 'recordings', 'empty');
    const partial = join(folder, (await partialIn(folder)) ?? '');
    await writeFile(partial, '');
    // Made in the second in which it began.
    const begun = Number(/_(\d+)\.wav/.exec(partial)?.[1]);
    await utimes(partial, begun, begun);
    const { recorder, dataDir } = await openOwnRecorder({ dataDir: copy });
    const session = await recorder.handlers['sessions.get']({ id: 'empty' });
    expect(session).toMatchObject({
      status: 'recovered',
      duration_seconds: 0,
      recovered: { lost_seconds_at_most: 0.25 },
    });
    expect(
      (await readWav(join(dataDir, 'recordings', session.files[0]?.file_path ?? ''))).samples.length,
    ).toBe(0);
  });
});

describe('the catalog', () => {
  test('is made anew from the recordings when it is damaged, and the damaged one is kept', async () => {
    const first = await openTestRecorder();
    const connection = first.recorder.connect('kept', { send: () => undefined });
    void connection.receiveText('{"action":"start","format":"wav","title":"Before the damage"}');
    void connection.receiveBinary(seededBytes(2, 3200));
    await connection.receiveText('{"action":"stop"}');
    await first.recorder.close();
    await writeFile(join(first.dataDir, 'lectern.db'), seededBytes(3, 9000));
    const { recorder, dataDir } = await openOwnRecorder({ dataDir: first.dataDir });
    const { sessions } = await recorder.handlers['sessions.list']({});
    expect(sessions).toMatchObject([{ id: 'kept', title: 'Before the damage', status: 'completed' }]);
    expect(await readdir(dataDir)).toContain('lectern.db.damaged-1');
  });

  test('that a newer version wrote is not touched, and the error says to update', async () => {
    const first = await openTestRecorder();
    await first.recorder.close();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(join(first.dataDir, 'lectern.db'));
    database.pragma('user_version = 99');
    database.close();
    await expect(openTestRecorder({ dataDir: first.dataDir })).rejects.toMatchObject({
      code: 'CATALOG_UNAVAILABLE',
      message: expect.stringMatching(/version 99.*Update/) as string,
    });
    await first.dispose();
  });
});
