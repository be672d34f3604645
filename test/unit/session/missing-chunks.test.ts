import { describe, expect, test } from 'vitest';
import { PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { flushed, headed, openEngine, say } from './memory-engine.ts';

const RATE = 16_000;
const SECOND = RATE * 2;

async function openSession(start: object = {}) {
  const host = openEngine();
  const connection = host.engine.connect('holes', host.client);
  await connection.receiveText(say({ action: 'start', format: 'wav', ...start }));
  const status = async () => {
    await connection.receiveText(say({ action: 'status' }));
    return host.of('status').at(-1)?.tracks[0];
  };
  return {
    ...host,
    connection,
    status,
    numbered: (seq: number, audio: Buffer): Promise<void> =>
      connection.receiveText(say({ action: 'audio_chunk', seq, data: audio.toString('base64') })),
    async stop() {
      await connection.receiveText(say({ action: 'stop' }));
      return host.of('recording_stopped').at(-1)?.report;
    },
  };
}

const second = (audio: Buffer, seq: number): Buffer => audio.subarray(seq * SECOND, (seq + 1) * SECOND);

describe('a chunk that is missing', () => {
  // The clock stands still in these: nothing is waited for.
  const unusable: [string, (audio: Buffer) => Buffer | string][] = [
    ['is not whole samples', (audio) => audio.subarray(0, SECOND - 1)],
    ['is too large', () => Buffer.alloc(PROTOCOL_LIMITS.maxChunkBytes + 2)],
    ['is empty', () => Buffer.alloc(0)],
  ];
  test.each(unusable)('because it %s keeps nothing that follows it out of the file', async (_, spoil) => {
    const session = await openSession({ framing: 'headed' });
    const audio = seededBytes(1, 30 * SECOND);
    for (let seq = 0; seq < 30; seq++) {
      const samples = Buffer.from(seq === 5 ? spoil(second(audio, seq)) : second(audio, seq));
      await session.connection.receiveBinary(headed(0, seq, seq * RATE, samples));
    }
    await flushed();
    const expected = Buffer.from(audio);
    expected.fill(0, 5 * SECOND, 6 * SECOND);
    expect(session.of('error')).toHaveLength(1);
    expect(session.audio().equals(expected)).toBe(true);
    expect(session.of('ack').at(-1)).toMatchObject({ seq: 29, frames: 30 * RATE });
    expect((await session.stop())?.gaps).toEqual([
      { track: 'user', start_frame: 5 * RATE, frames: RATE, cause: 'missing_chunks' },
    ]);
  });

  test.each(['headed', 'text'])(
    'in a count that jumps by 2^31 or more is told for each chunk, and the true count goes on (%s)',
    async (way) => {
      const session = await openSession(way === 'headed' ? { framing: 'headed' } : {});
      const audio = seededBytes(4, 2 * SECOND);
      const send = (seq: number, at: number): Promise<void> =>
        way === 'headed'
          ? session.connection.receiveBinary(headed(0, seq, at * RATE, second(audio, at)))
          : session.numbered(seq, second(audio, at));
      await send(0, 0);
      await send(0, 0);
      await send(2 ** 31 + 1_000_000, 1);
      await send(2 ** 31 + 1_000_001, 1);
      await send(1, 1);
      const report = await session.stop();
      expect(
        session.of('error').map(({ code, message }) => [code, /expected "seq" 1,/.test(message)]),
      ).toEqual([
        ['INVALID_CHUNK', true],
        ['INVALID_CHUNK', true],
      ]);
      expect(session.audio().equals(audio)).toBe(true);
      expect(report).toMatchObject({
        gaps: [],
        tracks: [{ chunks_received: 3, chunks_duplicated: 1, chunks_rejected: 2 }],
      });
    },
  );

  test('with nothing but its number leaves silence of its own length, and none if it was empty', async () => {
    const session = await openSession();
    const audio = seededBytes(2, 4 * SECOND);
    await session.numbered(0, second(audio, 0));
    await session.numbered(1, audio.subarray(SECOND, SECOND + 1001));
    await session.numbered(2, second(audio, 2));
    await session.numbered(3, Buffer.alloc(0));
    await session.numbered(4, second(audio, 3));
    const report = await session.stop();
    const expected = [second(audio, 0), Buffer.alloc(1000), audio.subarray(2 * SECOND)];
    expect(session.audio().equals(Buffer.concat(expected))).toBe(true);
    expect(report?.gaps).toEqual([
      { track: 'user', start_frame: RATE, frames: 500, cause: 'missing_chunks' },
    ]);
  });

  const chunkText = { action: 'audio_chunk', track: 'user', seq: 1 };
  test.each([
    ['has no data', 'INVALID_MESSAGE', say(chunkText)],
    ['has data that is no text', 'INVALID_MESSAGE', say({ ...chunkText, data: [1] })],
    ['has a place that cannot be', 'INVALID_MESSAGE', say({ ...chunkText, data: 'AAA=', start_frame: -1 })],
    ['is half a sample', 'INVALID_CHUNK', say({ ...chunkText, data: 'AA==' })],
    ['names no track', 'INVALID_MESSAGE', say({ ...chunkText, track: undefined, data: null })],
  ])('because it %s is waited for no longer than any that is refused', async (_, code, refused) => {
    const session = await openSession();
    const audio = seededBytes(9, 2 * SECOND);
    await session.numbered(0, second(audio, 0));
    await session.connection.receiveText(refused);
    await session.numbered(2, second(audio, 1));
    await flushed();
    expect(session.of('error').map((error) => error.code)).toEqual([code]);
    expect(session.of('ack').at(-1)).toMatchObject({ seq: 2 });
    expect(await session.status()).not.toHaveProperty('held_frames');
  });

  test.each([
    ['{"action":"audio_chunk","seq":1,"data":"AAAA', 'AAAA"}'],
    ['{"action":"audio_chunk","data":"AAAA', 'AA==","track":"user","seq":1}'],
  ])('because it was too long to be read is known by what is left of it: %s%s', async (head, end) => {
    const session = await openSession();
    const audio = seededBytes(10, 2 * SECOND);
    await session.numbered(0, second(audio, 0));
    await session.connection.receiveOversized(undefined);
    await session.connection.receiveOversizedText(head + end);
    await session.numbered(2, second(audio, 1));
    await flushed();
    expect(session.of('error').map((error) => error.code)).toEqual(['CHUNK_TOO_LARGE']);
    expect(session.of('ack').at(-1)).toMatchObject({ seq: 2 });
  });

  test.each([
    ['is no chunk', '{"action":"marker","label":"AAAA,","seq":1}'],
    ['says its number as text', '{"action":"audio_chunk","data":"AAAA","seq":"1"}'],
    ['is of a track that there is not', '{"action":"audio_chunk","data":"AAAA","seq":1,"track":"assistant"}'],
    ['was cut within a word', '{"action":"audio_chunk","label":"AAAA\\","seq":1}'],
  ])('is waited for where what was too long %s', async (_, text) => {
    const session = await openSession();
    const audio = seededBytes(11, 2 * SECOND);
    await session.numbered(0, second(audio, 0));
    await session.connection.receiveOversized(undefined);
    await session.connection.receiveOversizedText(text);
    await session.numbered(2, second(audio, 1));
    await flushed();
    expect(await session.status()).toMatchObject({ held_frames: RATE, next_seq: 1 });
  });

  test('that nobody sends keeps what follows it in memory for a moment, and says so', async () => {
    const session = await openSession();
    const audio = seededBytes(3, 39 * SECOND);
    for (let seq = 0; seq < 20; seq++) if (seq !== 8) await session.numbered(seq, second(audio, seq));
    await flushed();
    expect(session.audio()).toHaveLength(8 * SECOND);
    expect(await session.status()).toMatchObject({ held_frames: 11 * RATE, next_seq: 8 });
    session.wind(250);
    await flushed();
    const expected = Buffer.from(audio);
    expected.fill(0, 8 * SECOND, 9 * SECOND);
    expect(session.audio().equals(expected.subarray(0, 20 * SECOND))).toBe(true);
    expect(session.of('ack').at(-1)).toMatchObject({ seq: 19, frames: 20 * RATE });
    expect(await session.status()).not.toHaveProperty('held_frames');
    for (let seq = 20; seq < 39; seq++) await session.numbered(seq, second(audio, seq));
    await flushed();
    expect(session.audio().equals(expected)).toBe(true);
    expect((await session.stop())?.gaps).toEqual([
      { track: 'user', start_frame: 8 * RATE, frames: RATE, cause: 'missing_chunks' },
    ]);
  });

  test('during a pause is not waited for after it', async () => {
    const session = await openSession();
    const audio = seededBytes(4, 4 * SECOND);
    await session.numbered(0, second(audio, 0));
    await session.connection.receiveText(say({ action: 'pause' }));
    await session.numbered(1, audio.subarray(0, 3));
    await session.connection.receiveText(say({ action: 'resume' }));
    await session.numbered(2, second(audio, 1));
    await flushed();
    expect(session.audio().equals(audio.subarray(0, 2 * SECOND))).toBe(true);
    expect((await session.stop())?.gaps).toEqual([]);
  });

  test('and reached by a limit ends the session as any audio does', async () => {
    const host = openEngine({ limits: { ...PROTOCOL_LIMITS, maxDurationSeconds: 2 } });
    const connection = host.engine.connect('limit', host.client);
    await connection.receiveText(say({ action: 'start', format: 'wav' }));
    const data = seededBytes(5, SECOND).toString('base64');
    for (const seq of [0, 2, 3]) await connection.receiveText(say({ action: 'audio_chunk', seq, data }));
    host.wind(300);
    await flushed();
    expect(host.of('error').map(({ code }) => code)).toEqual(['DURATION_LIMIT']);
    expect(host.of('recording_stopped')).toMatchObject([{ reason: 'duration_limit', duration_seconds: 2 }]);
  });
});

describe('numbers that wrap', () => {
  test.each(['raw', 'headed'])(
    'leave no gap, in %s frames, and are acknowledged as they were sent',
    async (framing) => {
      const session = await openSession({ framing });
      const audio = seededBytes(6, 6 * SECOND);
      for (let index = 0; index < 6; index++) {
        const seq = (2 ** 32 - 3 + index) % 2 ** 32;
        await (framing === 'raw'
          ? session.numbered(seq, second(audio, index))
          : session.connection.receiveBinary(headed(0, seq, index * RATE, second(audio, index))));
      }
      session.wind(250);
      await flushed();
      expect(session.of('ack').at(-1)).toMatchObject({ seq: 2, frames: 6 * RATE });
      expect(await session.status()).toMatchObject({ next_seq: 3 });
      expect((await session.stop())?.gaps).toEqual([]);
      expect(session.audio().equals(audio)).toBe(true);
    },
  );

  test('a number that no header holds is an error that says so', async () => {
    const session = await openSession();
    await session.numbered(2 ** 32, Buffer.alloc(2));
    expect(session.of('error')[0]).toMatchObject({ code: 'INVALID_MESSAGE' });
    expect(session.of('error')[0]?.message).toMatch(/seq.*4294967295.*4294967296/);
  });
});

describe('start frames that jump', () => {
  test('again and again make no more silence than the time and the audio speak for; the rest is noted', async () => {
    const session = await openSession({ framing: 'headed', on_limit: 'continue' });
    const jump = 59 * 60 * RATE;
    for (let seq = 0; seq < 22; seq++)
      await session.connection.receiveBinary(headed(0, seq, seq * jump, Buffer.alloc(4, 1)));
    const report = await session.stop();
    expect(session.audio()).toHaveLength(22 * 4);
    expect(report?.gaps).toHaveLength(21);
    expect(report).toMatchObject({ captured: 44, expected: 21 * jump + 2 });
    expect(report?.gaps.every(({ unfilled }) => unfilled === true)).toBe(true);
  });

  test('by a little each time come to an end too', async () => {
    const session = await openSession({ framing: 'headed' });
    for (let seq = 0; seq < 600; seq++)
      await session.connection.receiveBinary(headed(0, seq, seq * 2 * RATE, Buffer.alloc(4, 1)));
    await session.stop();
    // Five minutes, and not twenty.
    expect(session.audio().length).toBeGreaterThan(295 * SECOND);
    expect(session.audio().length).toBeLessThan(301 * SECOND);
  });

  test('of two sides in turns share one bound', async () => {
    const session = await openSession({ framing: 'headed', tracks: ['user', 'assistant'] });
    for (let seq = 0; seq < 100; seq++)
      for (const track of [0, 1])
        await session.connection.receiveBinary(
          headed(track, seq, (2 * seq + track) * 60 * RATE, Buffer.alloc(4, 1)),
        );
    await session.stop();
    expect(session.audio('user').length + session.audio('assistant').length).toBeLessThan(2 * 301 * SECOND);
  });

  test('are silence of the exact length where the time has passed', async () => {
    const session = await openSession({ framing: 'headed' });
    const audio = seededBytes(7, 2 * SECOND);
    await session.connection.receiveBinary(headed(0, 0, 0, second(audio, 0)));
    session.wind(40 * 60_000);
    await session.connection.receiveBinary(headed(0, 1, 40 * 60 * RATE, second(audio, 1), 'suspended'));
    const report = await session.stop();
    expect(session.audio()).toHaveLength((40 * 60 + 1) * SECOND);
    expect(report?.gaps).toEqual([
      { track: 'user', start_frame: RATE, frames: (40 * 60 - 1) * RATE, cause: 'suspended' },
    ]);
  });

  test('are silence in a file that is sent at once, and is mostly pauses', async () => {
    const session = await openSession({ framing: 'headed' });
    const audio = seededBytes(8, 10 * SECOND);
    // Ten seconds of every minute, for ten minutes.
    for (let minute = 0; minute < 10; minute++)
      await session.connection.receiveBinary(headed(0, minute, minute * 60 * RATE, audio));
    const report = await session.stop();
    expect(session.audio()).toHaveLength((9 * 60 + 10) * SECOND);
    expect(report?.gaps.map(({ frames, unfilled }) => [frames, unfilled])).toEqual(
      Array.from({ length: 9 }, () => [50 * RATE, undefined]),
    );
  });
});
