import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { readEmbeddedDate } from '../../../src-main/library/intake/embedded-date.ts';
import { parseDate } from '../../../src-main/library/intake/parse-date.ts';
import { startIntakeServer } from '../../support/intake-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function wav(): Buffer {
  const whole = new wavefile.WaveFile();
  whole.fromScratch(
    1,
    16_000,
    '16',
    Int16Array.from({ length: 16_000 }, (_, index) => index % 400),
  );
  return Buffer.from(whole.toBuffer());
}

/** A chunk put in front of the format, as broadcast recorders do. */
function withChunk(name: string, body: Buffer): Buffer {
  const bytes = wav();
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  const whole = Buffer.concat([bytes.subarray(0, 12), head, body, bytes.subarray(12)]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

function bext(date: string, time: string): Buffer {
  const body = Buffer.alloc(602);
  body.write(date, 320, 'latin1');
  body.write(time, 330, 'latin1');
  return withChunk('bext', body);
}

const local = (...parts: [number, number, number, number, number, number]): string =>
  new Date(...parts).toISOString();

describe('a recording that is added', () => {
  const modified = Date.UTC(2023, 4, 6, 7, 8, 9);
  test.each([
    [
      'the time in the file',
      bext('2024-03-01', '10:20:30'),
      modified,
      local(2024, 2, 1, 10, 20, 30),
      'embedded',
    ],
    ['the day in the file', bext('2024-03-01', ''), modified, local(2024, 2, 1, 12, 0, 0), 'embedded'],
    [
      "INFO's date",
      withChunk('LIST', Buffer.from('INFOICRD\x0b\0\0\x002024-03-01\0\0')),
      modified,
      local(2024, 2, 1, 12, 0, 0),
      'embedded',
    ],
    ['when the file was last changed', wav(), modified, new Date(modified).toISOString(), 'file'],
    [
      'that, where the one in it is of a clock never set',
      bext('1970-01-01', '00:00:01'),
      modified,
      new Date(modified).toISOString(),
      'file',
    ],
    [
      'that, where the one in it is still to come',
      bext('2999-01-01', '00:00:01'),
      modified,
      new Date(modified).toISOString(),
      'file',
    ],
  ] as const)('is dated by %s, and says so', async (_, bytes, modifiedMs, startedAt, by) => {
    const server = await startIntakeServer();
    const { body } = await server.ask('POST', '/api/intake', {
      name: 'a.wav',
      byte_size: bytes.length,
      modified_ms: modifiedMs,
    });
    const { id } = body as { id: string };
    await server.put(id, 0, Uint8Array.from(bytes));
    const session = await server.add(id);
    expect(session).toMatchObject({ started_at: startedAt, imported: { dated_by: by } });
    expect(session.parts).toMatchObject([{ started_at: startedAt }]);
    expect(Date.parse(session.ended_at ?? '') - Date.parse(startedAt)).toBe(1000);
  });

  test('is dated now where nothing tells when it was made', async () => {
    const server = await startIntakeServer();
    const before = Date.now();
    const session = await server.add(await server.send('a.wav', wav()));
    expect(session.imported?.dated_by).toBe('now');
    expect(Date.parse(session.started_at)).toBeGreaterThanOrEqual(before);
  });
});

describe('the date in a file is found', () => {
  const utc = Date.UTC(2024, 2, 1, 10, 20, 30);
  test.each([
    ['m4a', ['-c:a', 'aac', '-metadata', 'creation_time=2024-03-01T10:20:30Z'], utc],
    ['m4a', ['-c:a', 'aac', '-metadata', 'date=2024-03-01T10:20:30Z'], utc],
    ['mov', ['-c:a', 'aac', '-metadata', 'creation_time=2024-03-01T10:20:30Z'], utc],
    ['mp3', ['-id3v2_version', '4', '-metadata', 'date=2024-03-01T10:20:30Z'], utc],
    ['mp3', ['-id3v2_version', '3', '-metadata', 'date=2024-03-01'], parseDate('2024-03-01')],
    ['flac', ['-metadata', 'date=2024-03-01T10:20:30Z'], utc],
    ['opus', ['-metadata', 'date=2024-03-01T10:20:30Z'], utc],
    ['mka', ['-c:a', 'flac', '-metadata', 'creation_time=2024-03-01T10:20:30Z'], utc],
    ['mp3', ['-metadata', 'date=2019'], undefined],
    ['m4a', ['-c:a', 'aac'], undefined],
  ] as const)('%s %s', async (extension, options, expected) => {
    const path = join(await temporaryFolder(), `a.${extension}`);
    const tone = ['-f', 'lavfi', '-i', 'sine=d=0.2'];
    execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', ...tone, ...options, path]);
    expect(await readEmbeddedDate(path)).toBe(expected);
  });

  test.each([
    ['2024-03-01T10:20:30+02:00', Date.UTC(2024, 2, 1, 8, 20, 30)],
    ['2024:03:01 10.20.30', new Date(2024, 2, 1, 10, 20, 30).getTime()],
    ['20240301', new Date(2024, 2, 1, 12).getTime()],
    ['2024', undefined],
    ['2024-13-01', undefined],
    ['yesterday', undefined],
  ])('%s', (text, expected) => {
    expect(parseDate(text)).toBe(expected);
  });

  test('a file that is cut off in the middle of its tags has none', async () => {
    const path = join(await temporaryFolder(), 'a.wav');
    for (const bytes of [Buffer.alloc(0), bext('2024-03-01', '10:20:30').subarray(0, 100)]) {
      await writeFile(path, bytes);
      expect(await readEmbeddedDate(path)).toBeUndefined();
    }
    expect((await readFile(path)).length).toBe(100);
  });
});
