import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Recorder } from '../../../src-main/recorder.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { startSpokenSession } from '../../support/spoken-session.ts';

const LINES = 3000;

const cues = (count: number, word: string): string =>
  Array.from({ length: count }, (_, k) => {
    const seconds = String(k % 60).padStart(2, '0');
    return `${k + 1}\n00:00:${seconds},000 --> 00:00:${seconds},900\n${word} ${k}\n`;
  }).join('\n');

async function recordedWith(count: number): Promise<{ recorder: Recorder; dataDir: string }> {
  const { recorder, dataDir } = await openOwnRecorder();
  const session = await startSpokenSession(recorder, 'long', {});
  await session.stop();
  if (count > 0)
    await recorder.handlers['sessions.transcript.import']({
      id: 'long',
      role: 'user',
      text: cues(count, 'first'),
    });
  return { recorder, dataDir };
}

/** How often others had their turn while `work` went on. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) void setImmediate().then(count);
  };
  void setImmediate().then(count);
  await work;
  isOver = true;
  return turns;
}

describe('a long text', () => {
  test('is imported, read and replaced in slices between which others have their turn', async () => {
    const { recorder } = await recordedWith(0);
    const imported = (word: string) =>
      recorder.handlers['sessions.transcript.import']({
        id: 'long',
        role: 'user',
        text: cues(LINES, word),
        replace: true,
      });
    expect(await turnsDuring(Promise.resolve(imported('first')))).toBeGreaterThanOrEqual(LINES / 100 - 1);
    // Reads the old lines, writes the new, and drops the old.
    expect(await turnsDuring(Promise.resolve(imported('second')))).toBeGreaterThanOrEqual((2 * LINES) / 100);
    const read = Promise.resolve(recorder.handlers['sessions.conversation']({ id: 'long' }));
    // Read in pages, joined to its turns, placed and sorted.
    expect(await turnsDuring(read)).toBeGreaterThanOrEqual(LINES / 250 - 1 + (3 * LINES) / 500 - 3);
    const { lines } = await read;
    expect(lines).toHaveLength(LINES);
    expect(lines.every(({ text }) => text?.startsWith('second ') === true)).toBe(true);
    expect(lines.map(({ start_ms }) => start_ms)).toEqual(
      lines.map(({ start_ms }) => start_ms).toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    );
  });

  test.each([
    ['SRT', (count: number) => ({ text: cues(count, 'said') })],
    ['SRT in bytes', (count: number) => ({ data: Buffer.from(cues(count, 'said')).toString('base64') })],
    [
      "a recogniser's JSON",
      (count: number) => ({
        text: JSON.stringify({
          segments: Array.from({ length: count }, (_, k) => ({ start: k, end: k + 1, text: `said ${k}` })),
        }),
      }),
    ],
  ])('is read on a thread where it is %s: others have their turn before it is', async (_, given) => {
    const { recorder, dataDir } = await recordedWith(0);
    const work = Promise.resolve(
      recorder.handlers['sessions.transcript.import']({ id: 'long', role: 'user', ...given(LINES) }),
    );
    const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
    onTestFinished(() => void database.close());
    const lines = database.prepare('SELECT count(*) FROM session_transcripts').pluck();
    // Lines are written once all are read. A parse in one piece would be over before the second turn of anybody.
    let turnsBefore = 0;
    while (lines.get() === 0) {
      turnsBefore++;
      await setImmediate();
    }
    expect(turnsBefore).toBeGreaterThan(LINES / 500);
    expect(await work).toEqual({ imported: LINES, outside_audio: expect.any(Number) as number });
    const { lines: read } = await recorder.handlers['sessions.conversation']({ id: 'long' });
    expect(read).toHaveLength(LINES);
  });

  test('that is none is refused in the words of a short one', async () => {
    const { recorder } = await recordedWith(0);
    const refusalOf = async (text: string): Promise<unknown> =>
      Promise.resolve(
        recorder.handlers['sessions.transcript.import']({ id: 'long', role: 'user', text }),
      ).catch((error: unknown) => error);
    const short = await refusalOf('{"what": []}');
    expect(short).toMatchObject({ code: 'INVALID_TRANSCRIPT' });
    const long = await refusalOf(`{"what": [${'"x",'.repeat(20_000)}"x"]}`);
    expect(long).toMatchObject({ code: 'INVALID_TRANSCRIPT', message: (short as Error).message });
  });

  test.each(['srt', 'vtt', 'txt', 'md', 'json'] as const)(
    'is exported as %s in slices, every line of it once',
    async (format) => {
      const { recorder } = await recordedWith(LINES);
      const reading = recorder.handlers['sessions.conversation']({ id: 'long' });
      const turnsToRead = await turnsDuring(Promise.resolve(reading));
      const work = Promise.resolve(recorder.handlers['sessions.transcript.export']({ id: 'long', format }));
      // The text is read, and then written in as many slices again.
      expect(await turnsDuring(work)).toBeGreaterThanOrEqual(turnsToRead + LINES / 500 - 1);
      const said = (await work).text.match(/first \d+/g) ?? [];
      expect(new Set(said).size).toBe(LINES);
      expect(said).toHaveLength(LINES);
    },
  );

  test('is not read for a line that is added, changed or dropped, nor for a name', async () => {
    const { recorder, dataDir } = await recordedWith(5);
    const before = await recorder.handlers['sessions.conversation']({ id: 'long' });
    const [one, other, broken] = before.lines.map(({ transcript_id }) => transcript_id ?? '');
    const database = new Database(join(dataDir, 'lectern.db'));
    const setWords = (words: string | null): unknown =>
      database.prepare('UPDATE session_transcripts SET words = ? WHERE id = ?').run(words, broken);
    // Whoever reads this line fails.
    setWords('no JSON');
    await expect(async () => recorder.handlers['sessions.conversation']({ id: 'long' })).rejects.toThrow();
    await recorder.handlers['sessions.transcript.add']({
      id: 'long',
      role: 'user',
      text: 'added',
      start_ms: 10_000,
    });
    await recorder.handlers['sessions.transcript.update']({ id: 'long', entry: one ?? '', text: 'changed' });
    await recorder.handlers['sessions.transcript.delete']({ id: 'long', entry: other ?? '' });
    await recorder.handlers['sessions.speakers']({ id: 'long', speakers: { user: 'Ada' } });
    setWords(null);
    database.close();

    const after = await recorder.handlers['sessions.conversation']({ id: 'long' });
    expect(after.lines.map(({ text }) => text)).toEqual([
      'changed',
      'first 2',
      'first 3',
      'first 4',
      'added',
    ]);
    expect(after.speakers).toEqual({ user: 'Ada' });
    expect(after.revision).toBe(before.revision + 4);
  });

  test('takes edits that come while it is imported, each upon the one before', async () => {
    const { recorder } = await recordedWith(3);
    const { lines } = await recorder.handlers['sessions.conversation']({ id: 'long' });
    const entry = lines[0]?.transcript_id ?? '';
    await Promise.all([
      recorder.handlers['sessions.transcript.import']({
        id: 'long',
        role: 'assistant',
        text: cues(500, 'more'),
      }),
      recorder.handlers['sessions.transcript.update']({ id: 'long', entry, text: 'changed' }),
      recorder.handlers['sessions.transcript.update']({ id: 'long', entry, speaker: 'B' }),
      recorder.handlers['sessions.transcript.add']({ id: 'long', role: 'user', text: 'added' }),
    ]);
    const after = (await recorder.handlers['sessions.conversation']({ id: 'long' })).lines;
    expect(after).toHaveLength(504);
    expect(after.find(({ transcript_id }) => transcript_id === entry)).toMatchObject({
      text: 'changed',
      speaker: 'B',
    });
  });
});
