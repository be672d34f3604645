import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MAX_SESSION_ENTRIES, transcriptFileSchema } from '../../../src-main/contract/transcript.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openWebSocketHost } from '../../support/protocol-hosts.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { startSpokenSession } from '../../support/spoken-session.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';

const textsOf = async (recorder: Recorder, id: string): Promise<(string | null)[]> =>
  (await recorder.handlers['sessions.conversation']({ id })).lines.map(({ text }) => text);

/** A data folder with one finished session, which nobody has open any more. */
async function recordedOnce(id: string, ...texts: string[]): Promise<string> {
  const { recorder, dataDir } = await openOwnRecorder();
  const session = await startSpokenSession(recorder, id, { title: 'Seminar' });
  for (const text of texts) await session.turn(1, text);
  await session.stop();
  await recorder.close();
  return dataDir;
}

const fileOf = (dataDir: string, id: string): string => join(dataDir, 'recordings', id, 'transcript.json');

async function transcriptIn(path: string) {
  return transcriptFileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).transcript;
}

describe('what was said is still there', () => {
  test.each([
    ['the catalog was deleted', (path: string) => rm(path)],
    ['the catalog was damaged', (path: string) => writeFile(path, seededBytes(3, 9000))],
    [
      'the catalog was emptied',
      async (path: string) => {
        const database = new Database(path);
        database.pragma('foreign_keys = OFF');
        for (const table of ['session_transcripts', 'session_audio_segments', 'session_details', 'sessions'])
          database.exec(`DELETE FROM ${table}`);
        database.close();
      },
    ],
  ])('after %s, with names and turns, and can be found', async (_, harm) => {
    const dataDir = await recordedOnce('seminar', 'entropy is not disorder', 'who says so');
    const before = await openOwnRecorder({ dataDir });
    await before.recorder.handlers['sessions.speakers']({ id: 'seminar', speakers: { user: 'Ada' } });
    const known = await before.recorder.handlers['sessions.conversation']({ id: 'seminar' });
    await before.recorder.close();
    for (const suffix of ['-wal', '-shm']) await rm(join(dataDir, `lectern.db${suffix}`), { force: true });
    await harm(join(dataDir, 'lectern.db'));

    const { recorder } = await openOwnRecorder({ dataDir });
    expect(await recorder.handlers['sessions.conversation']({ id: 'seminar' })).toEqual(known);
    expect(known.speakers).toEqual({ user: 'Ada' });
    const found = await recorder.handlers.search({ query: 'entropy' });
    expect(found.hits).toMatchObject([{ session_id: 'seminar', kind: 'transcript', start_ms: 0 }]);
  });

  test('as the account tells it that has seen more changes, whichever that is', async () => {
    const dataDir = await recordedOnce('seminar', 'first');
    const older = await transcriptIn(fileOf(dataDir, 'seminar'));
    const edited = older.entries.map((entry) => ({ ...entry, text: 'second' }));
    await writeFile(
      fileOf(dataDir, 'seminar'),
      JSON.stringify({ version: 1, transcript: { ...older, revision: older.revision + 1, entries: edited } }),
    );
    const first = await openOwnRecorder({ dataDir });
    expect(await textsOf(first.recorder, 'seminar')).toEqual(['second']);
    await first.recorder.close();

    await writeFile(fileOf(dataDir, 'seminar'), JSON.stringify({ version: 1, transcript: older }));
    const second = await openOwnRecorder({ dataDir });
    expect(await textsOf(second.recorder, 'seminar')).toEqual(['second']);
    expect((await transcriptIn(fileOf(dataDir, 'seminar'))).entries[0]?.text).toBe('second');
  });

  test('though its file is torn, and a later launch mends the file', async () => {
    const dataDir = await recordedOnce('seminar', 'kept');
    const whole = await readFile(fileOf(dataDir, 'seminar'), 'utf8');
    await writeFile(
      fileOf(dataDir, 'seminar'),
      whole.replace(/"revision": \d+/, '"revision": 99').slice(0, 300),
    );
    const { recorder } = await openOwnRecorder({ dataDir });
    expect(await textsOf(recorder, 'seminar')).toEqual(['kept']);
  });

  test('after a second take, and after a crash in it', async () => {
    const dataDir = await recordedOnce('seminar', 'from the first take');
    const { recorder } = await openOwnRecorder({ dataDir });
    const second = await startSpokenSession(recorder, 'seminar');
    await second.turn(1, 'from the second');
    // Not in the catalog's copy alone: the file is written as soon as there is text.
    await expect.poll(async () => (await transcriptIn(fileOf(dataDir, 'seminar'))).entries.length).toBe(2);
    const killed = await copyAsAfterKill(dataDir, { keepCatalog: false });
    await second.stop();
    expect(await textsOf(recorder, 'seminar')).toEqual(['from the first take', 'from the second']);

    const afterKill = await openOwnRecorder({ dataDir: killed });
    expect(afterKill.recorder.recovered.map(({ id }) => id)).toEqual(['seminar']);
    expect(await textsOf(afterKill.recorder, 'seminar')).toEqual(['from the first take', 'from the second']);
  });

  test('with a session that was renamed, and that came back out of the trash, but nowhere while it is there', async () => {
    const dataDir = await recordedOnce('seminar', 'entropy');
    const kept = join(dataDir, 'kept');
    const { recorder } = await openOwnRecorder({ dataDir, moveToTrash: (path) => rename(path, kept) });
    const { handlers } = recorder;
    await handlers['sessions.update']({ id: 'seminar', title: 'Thermodynamics' });
    expect((await handlers.search({ query: 'seminar' })).hits).toEqual([]);
    expect((await handlers.search({ query: 'thermo' })).hits).toMatchObject([{ kind: 'title' }]);

    await handlers['sessions.delete']({ id: 'seminar' });
    expect((await handlers.search({ query: 'entropy' })).hits).toEqual([]);
    expect((await handlers.search({ query: 'thermodynamics' })).hits).toEqual([]);
    const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
    expect(database.prepare('SELECT text FROM session_transcripts').all()).toEqual([]);
    database.close();

    await rename(kept, join(dataDir, 'recordings', 'seminar'));
    expect((await handlers['sessions.list']({})).total).toBe(1);
    expect(await textsOf(recorder, 'seminar')).toEqual(['entropy']);
    expect((await handlers.search({ query: 'entropy' })).hits).toMatchObject([{ title: 'Thermodynamics' }]);
  });

  test('where the catalog is locked while it is said: told at once, and written down when the lock is gone', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    const session = await startSpokenSession(recorder, 'locked');
    const lock = new Database(join(dataDir, 'lectern.db'));
    lock.exec('BEGIN IMMEDIATE');
    await session.turn(0.2, 'said under the lock');
    expect(await textsOf(recorder, 'locked')).toEqual(['said under the lock']);
    await expect
      .poll(() => transcriptIn(fileOf(dataDir, 'locked')).catch(() => undefined))
      .toMatchObject({
        entries: [{ text: 'said under the lock' }],
      });
    lock.exec('ROLLBACK');
    await session.turn(0.2, 'said after it');
    await session.stop();
    const rows = lock.prepare('SELECT text, start_ms FROM session_transcripts ORDER BY start_ms').all();
    lock.close();
    expect(rows).toEqual([
      { text: 'said under the lock', start_ms: 0 },
      { text: 'said after it', start_ms: 200 },
    ]);
  });
});

describe('live text', () => {
  test('takes the times and the interruption of its turn when that ends, and shares it with others of it', async () => {
    const { recorder } = await openOwnRecorder();
    const session = await startSpokenSession(recorder, 'live');
    await session.turn(3, 'a', 'bb');
    await session.pass(1);
    // Late, as recognisers are: its turn is over.
    await session.say({ action: 'transcript', role: 'user', text: 'ccc' });
    await session.say({ action: 'vad_start' });
    await session.pass(1);
    await session.say({ action: 'transcript', role: 'user', text: 'cut off' });
    await session.stop();
    const { lines, turns } = await recorder.handlers['sessions.conversation']({ id: 'live' });
    expect(lines).toMatchObject([
      { text: 'a', start_ms: 0, end_ms: 500, interrupted: false, duration_ms: 3000 },
      { text: 'bb', start_ms: 500, end_ms: 1500, interrupted: false },
      { text: 'ccc', start_ms: 1500, end_ms: 3000, interrupted: false },
      { text: 'cut off', start_ms: 4000, end_ms: 5000, interrupted: true, duration_ms: 1000 },
    ]);
    const at = lines.map(({ occurred_at }) => Date.parse(occurred_at));
    const startedAt = Date.parse(turns[0]?.started_at ?? '');
    expect(at.map((ms) => ms - startedAt).slice(0, 3)).toEqual([0, 500, 1500]);
  });

  test('is refused in words once a session is full of it, and recording goes on', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    const session = await startSpokenSession(recorder, 'full');
    const database = new Database(join(dataDir, 'lectern.db'));
    database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MAX_SESSION_ENTRIES})
      INSERT INTO session_transcripts (row, id, session_id, role, text, occurred_at, source)
      SELECT i, i, 'full', 'user', 'x', '2026-01-01T00:00:00.000Z', 'live' FROM n`);
    database.close();
    await session.turn(0.2, 'one too many');
    expect(session.received).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ type: 'error', code: 'TRANSCRIPT_FULL' })]),
    );
    await session.say({ action: 'stop' });
    expect(session.received.at(-1)).toMatchObject({ type: 'recording_stopped', duration_seconds: 0.2 });
  });

  test('of a session that the catalog must not know of stays out of it, over takes and edits', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    for (const text of ['confidential', 'also confidential']) {
      const session = await startSpokenSession(recorder, 'private', { database_records: false });
      await session.turn(1, text);
      await session.stop();
    }
    const [line] = (await recorder.handlers['sessions.conversation']({ id: 'private' })).lines;
    await recorder.handlers['sessions.transcript.update']({
      id: 'private',
      entry: line?.transcript_id ?? '',
      text: 'corrected',
    });
    expect(await textsOf(recorder, 'private')).toEqual(['corrected', 'also confidential']);
    expect((await recorder.handlers.search({ query: 'confidential' })).total).toBe(0);
    const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
    expect(database.prepare('SELECT count(*) AS count FROM session_transcripts').get()).toEqual({ count: 0 });
    database.close();
    await recorder.close();
    const again = await openOwnRecorder({ dataDir });
    expect(await textsOf(again.recorder, 'private')).toEqual(['corrected', 'also confidential']);
  });
});

describe('a finished session', () => {
  test('takes what a person writes, keeps what was recognised, and says so in its file', async () => {
    const dataDir = await recordedOnce('seminar', 'recognise speech', 'wreck a nice beach');
    const { recorder } = await openOwnRecorder({ dataDir });
    const { handlers } = recorder;
    const { lines, turns } = await handlers['sessions.conversation']({ id: 'seminar' });
    const entry = lines[1]?.transcript_id ?? '';
    expect(
      await handlers['sessions.transcript.update']({ id: 'seminar', entry, text: 'recognise speech!' }),
    ).toMatchObject({ source: 'edited', original: 'wreck a nice beach', start_ms: 1000 });
    expect(
      await handlers['sessions.transcript.update']({ id: 'seminar', entry, text: 'recognise speech?' }),
    ).toMatchObject({ text: 'recognise speech?', original: 'wreck a nice beach' });

    const added = await handlers['sessions.transcript.add']({
      id: 'seminar',
      role: 'user',
      text: 'between the two',
      turn_id: turns[0]?.turn_id ?? null,
    });
    expect(added).toMatchObject({ source: 'edited', start_ms: 0, end_ms: 1000 });
    await handlers['sessions.transcript.delete']({ id: 'seminar', entry: lines[0]?.transcript_id ?? '' });
    expect(await textsOf(recorder, 'seminar')).toEqual(['between the two', 'recognise speech?']);
    expect((await handlers.search({ query: 'beach' })).total).toBe(0);

    await expect(
      handlers['sessions.transcript.update']({ id: 'seminar', entry: randomUUID(), text: 'x' }),
    ).rejects.toMatchObject({ code: 'TEXT_NOT_FOUND' });
    await expect(
      handlers['sessions.transcript.add']({ id: 'seminar', role: 'user', text: 'x', turn_id: randomUUID() }),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await recorder.close();
    const written = await transcriptIn(fileOf(dataDir, 'seminar'));
    expect(written.entries.map(({ text }) => text)).toEqual(['between the two', 'recognise speech?']);
  });

  test('is not written to while it is recorded again', async () => {
    const { recorder } = await openOwnRecorder();
    const session = await startSpokenSession(recorder, 'running');
    await expect(
      recorder.handlers['sessions.transcript.add']({ id: 'running', role: 'user', text: 'x' }),
    ).rejects.toMatchObject({ code: 'SESSION_ACTIVE' });
    await expect(
      recorder.handlers['sessions.speakers']({ id: 'running', speakers: {} }),
    ).rejects.toMatchObject({ code: 'SESSION_ACTIVE' });
    await session.stop();
  });
});

describe('the query by which text and audio are joined in SQL', () => {
  test('gives text with its audio in order, text without a turn, and a turn over two parts once', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    const session = await startSpokenSession(recorder, 'call');
    await session.say({ action: 'transcript', role: 'user', text: 'before anybody was heard' });
    await session.pass(0.5);
    await session.turn(1, 'hello');
    await session.turn(1);
    await session.stop();
    const first = await recorder.handlers['sessions.get']({ id: 'call' });
    const [segment, silent] = first.segments;
    const half = (segment?.frame_count ?? 0) / 2;
    await recorder.close();

    // As a limit in the middle of the turn would have left it.
    const split = [
      { ...segment, frame_count: half, end_ms: 1000 },
      { ...segment, segment_id: randomUUID(), part: 2, start_frame: 0, frame_count: half, start_ms: 1000 },
      silent,
    ];
    const path = join(dataDir, 'recordings', 'call', 'session.json');
    await writeFile(
      path,
      JSON.stringify({ version: 1, session: { ...first, revision: first.revision + 1, segments: split } }),
    );
    const { recorder: again } = await openOwnRecorder({ dataDir });
    const { lines } = await again.handlers['sessions.conversation']({ id: 'call' });
    expect(lines.map(({ text, audio_url, duration_ms }) => [text, audio_url !== null, duration_ms])).toEqual([
      ['before anybody was heard', false, null],
      ['hello', true, 1000],
      [null, true, 1000],
    ]);

    const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
    const rows = database
      .prepare(
        `SELECT role, text, transcript_interrupted, audio_url, duration_ms, audio_interrupted, occurred_at
           FROM session_conversation WHERE session_id = ?`,
      )
      .all('call');
    const joined = database
      .prepare(
        `SELECT t.role, t.text, t.interrupted AS transcript_interrupted, a.audio_url, a.duration_ms,
           a.interrupted AS audio_interrupted, t.occurred_at
         FROM session_transcripts t LEFT JOIN session_audio_segments a ON a.turn_id = t.turn_id
         WHERE t.session_id = ? ORDER BY t.occurred_at`,
      )
      .all('call');
    database.close();
    expect(rows).toMatchObject([
      { role: 'user', text: 'before anybody was heard', audio_url: null, duration_ms: null },
      {
        text: 'hello',
        transcript_interrupted: 0,
        audio_interrupted: 0,
        duration_ms: 1000,
        audio_url: lines[1]?.audio_url,
      },
    ]);
    // The tables' own names for each segment.
    expect(joined).toMatchObject([{ audio_url: null }, { duration_ms: 500 }, { duration_ms: 500 }]);
  });
});

describe('text from a file', () => {
  const srt = (...cues: [string, string, string][]): string =>
    cues.map(([from, to, text], index) => `${index + 1}\n${from} --> ${to}\n${text}\n`).join('\n');

  test('lands in the turns that it was said in, moved by its offset, and once where it replaces itself', async () => {
    const { recorder } = await openOwnRecorder();
    const { handlers } = recorder;
    const session = await startSpokenSession(recorder, 'call');
    await session.pass(1);
    await session.turn(1);
    await session.turn(1);
    await session.stop();
    const text = srt(
      ['00:00:00,100', '00:00:00,900', 'first'],
      ['00:00:00,950', '00:00:02,000', '[Ada]: second'],
      ['00:01:00,000', '00:01:01,000', 'after all of it'],
    );
    const input = { id: 'call', role: 'user' as const, text, offset_ms: 1000, replace: true };
    for (let time = 0; time < 2; time++)
      expect(await handlers['sessions.transcript.import'](input)).toEqual({ imported: 3, outside_audio: 1 });
    const { lines, turns } = await handlers['sessions.conversation']({ id: 'call' });
    expect(lines).toMatchObject([
      { text: 'first', start_ms: 1100, turn_id: turns[0]?.turn_id, source: 'import', speaker: null },
      { text: 'second', start_ms: 1950, end_ms: 3000, turn_id: turns[1]?.turn_id, speaker: 'Ada' },
      { text: 'after all of it', start_ms: 61_000, turn_id: null, audio_url: null },
    ]);
    const { text: vtt } = await handlers['sessions.transcript.export']({ id: 'call', format: 'vtt' });
    expect(vtt).toContain('00:00:01.950 --> 00:00:03.000\n<v Ada>second</v>');
  });

  test('in an encoding of its own comes as bytes, and what it was read as is said', async () => {
    const dataDir = await recordedOnce('film', 'kept');
    const { recorder } = await openOwnRecorder({ dataDir });
    const importing = async (bytes: Buffer, encoding?: string): Promise<unknown> =>
      recorder.handlers['sessions.transcript.import']({
        id: 'film',
        role: 'user',
        data: bytes.toString('base64'),
        encoding,
        replace: true,
      });
    const french = srt(['00:00:00,000', '00:00:00,050', 'Merci, à bientôt']);
    for (const [bytes, said] of [
      [Buffer.from(french, 'latin1'), { imported: 1, encoding: 'windows-1252' }],
      [Buffer.from(`\ufeff${french}`, 'utf16le'), { imported: 1, encoding: 'utf-16le' }],
      [Buffer.from(french), { imported: 1 }],
    ] as const) {
      expect(await importing(bytes)).toEqual(said);
      expect((await textsOf(recorder, 'film')).toSorted()).toEqual(['Merci, à bientôt', 'kept']);
    }
    expect(await importing(Buffer.from(french, 'latin1'), 'windows-1251')).toMatchObject({
      encoding: 'windows-1251',
    });
    expect((await textsOf(recorder, 'film')).toSorted()).toEqual(['Merci, а bientфt', 'kept']);
    await expect(importing(Buffer.from(french), 'ebcdic')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    for (const given of [{}, { text: 'x', data: 'eA==' }, { data: 'no base64' }])
      await expect(
        (async () =>
          recorder.handlers['sessions.transcript.import']({ id: 'film', role: 'user', ...given }))(),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('costs no more than the lines that could not be understood, and says how many', async () => {
    const dataDir = await recordedOnce('film', 'kept');
    const { recorder } = await openOwnRecorder({ dataDir });
    const text = srt(
      ['00:00:xx,000', '00:00:00,020', 'lost'],
      ['00:00:00,030', '00:00:00,050', 'good'],
      ['00:00:00,060', '00:00:00,070', 'x'.repeat(100_001)],
      ['00:01:40,000', '00:01:41,000', 'far out'],
    );
    expect(await recorder.handlers['sessions.transcript.import']({ id: 'film', role: 'user', text })).toEqual(
      {
        imported: 2,
        skipped: 2,
        problem: expect.stringContaining('00:00:xx') as string,
        outside_audio: 1,
      },
    );
    const open = { segments: [{ start: 0.02, end: null, text: 'to the end' }] };
    await recorder.handlers['sessions.transcript.import']({
      id: 'film',
      role: 'user',
      text: JSON.stringify(open),
      replace: true,
    });
    const { lines } = await recorder.handlers['sessions.conversation']({ id: 'film' });
    const { duration_seconds } = await recorder.handlers['sessions.get']({ id: 'film' });
    expect(lines.find(({ text: said }) => said === 'to the end')).toMatchObject({
      start_ms: 20,
      end_ms: duration_seconds * 1000,
    });
  });

  test('that is not what it says it is changes nothing', async () => {
    const dataDir = await recordedOnce('seminar', 'kept');
    const { recorder } = await openOwnRecorder({ dataDir });
    for (const [text, format] of [
      ['no subtitles at all', 'srt'],
      ['{"segments":[{"text":"x","start":"soon","end":2}]}', 'whisper'],
      [srt(['00:00:01,000', '00:00:02,000', 'x'.repeat(100_001)]), undefined],
    ] as const)
      await expect(
        recorder.handlers['sessions.transcript.import']({ id: 'seminar', role: 'user', text, format }),
      ).rejects.toMatchObject({ code: 'INVALID_TRANSCRIPT' });
    expect(await textsOf(recorder, 'seminar')).toEqual(['kept']);
  });

  test('of a long day comes over HTTP, and a body beyond any use does not', async () => {
    const host = await openWebSocketHost();
    onTestFinished(host.dispose);
    const client = await host.connect('day');
    client.say({ action: 'start', format: 'wav' });
    client.sendAudio(Buffer.alloc(3200));
    client.say({ action: 'stop' });
    await client.next('recording_stopped');
    const text = JSON.stringify({
      text: '',
      segments: Array.from({ length: 20_000 }, (_, index) => ({
        text: ` words number ${index}`,
        start: index,
        end: index + 1,
      })),
    });
    expect(text.length).toBeGreaterThan(1_000_000);
    const path = '/api/sessions/day/transcript/import';
    expect(await host.ask?.('POST', path, { role: 'assistant', text })).toEqual({
      status: 200,
      body: { imported: 20_000, outside_audio: 19_999 },
    });
    expect(await host.ask?.('GET', '/api/search?query=number+19999&per_session=1')).toMatchObject({
      body: { hits: [{ session_id: 'day', start_ms: 19_999_000, role: 'assistant' }], total: 1 },
    });
    const tooLong = { id: 'x', text: 'x'.repeat(300_000) };
    expect((await host.ask?.('PATCH', '/api/sessions/day/speakers', tooLong))?.status).toBe(413);
  });
});
