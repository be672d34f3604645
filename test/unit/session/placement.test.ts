import { describe, expect, test } from 'vitest';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { flushed, headed, openEngine, say } from './memory-engine.ts';

const RATE = 8000;
const START = { action: 'start', format: 'wav', sample_rate: RATE };
const BOTH = { ...START, tracks: ['user', 'assistant'] };

/** One session whose clock a test winds, in whole seconds and a half. */
async function openSession(start: object) {
  const host = openEngine();
  const connection = host.engine.connect('placed', host.client);
  await connection.receiveText(say(start));
  const send = (track: string, audio: Buffer, more: object = {}): Promise<void> =>
    connection.receiveText(say({ action: 'audio_chunk', track, data: audio.toString('base64'), ...more }));
  return {
    ...host,
    connection,
    send,
    placement: () => host.of('recording_started')[0]?.placement,
    async stop() {
      await connection.receiveText(say({ action: 'stop' }));
      return host.of('recording_stopped')[0]?.report;
    },
  };
}

const seconds = (count: number): number => Math.round(count * RATE) * 2;
const silence = (count: number): Buffer => Buffer.alloc(seconds(count));

describe('where chunks without positions go', () => {
  test('of two sides, what is said at 8 s is at 8 s, and the silence before it is told', async () => {
    const session = await openSession(BOTH);
    const near = seededBytes(1, seconds(10));
    const utterance = seededBytes(2, seconds(1.5));
    for (let tenth = 0; tenth < 100; tenth++) {
      await session.send('user', near.subarray(seconds(tenth / 10), seconds((tenth + 1) / 10)));
      if (tenth >= 80 && tenth < 95) {
        const from = (tenth - 80) / 10;
        await session.send('assistant', utterance.subarray(seconds(from), seconds(from + 0.1)));
      }
      session.wind(100);
    }
    const report = await session.stop();
    expect(session.placement()).toBe('arrival');
    expect(session.audio('user').equals(near)).toBe(true);
    expect(session.audio('assistant').equals(Buffer.concat([silence(8), utterance]))).toBe(true);
    expect(report?.gaps).toEqual([
      { track: 'assistant', start_frame: 0, frames: 8 * RATE, cause: 'no_data' },
    ]);
  });

  test('of two sides, text and a turn that a silent side announces are where the clock is, not at its end', async () => {
    const session = await openSession(BOTH);
    const near = seededBytes(1, seconds(10));
    const told = (type: string, more: object = {}): Promise<void> =>
      session.connection.receiveText(say({ action: type, ...more }));
    for (let tenth = 0; tenth < 100; tenth++) {
      await session.send('user', near.subarray(seconds(tenth / 10), seconds((tenth + 1) / 10)));
      session.wind(100);
      if (tenth === 29) await told('transcript', { role: 'assistant', text: 'three seconds have passed' });
      if (tenth === 59) await told('vad_start', { track: 'assistant' });
      if (tenth >= 59 && tenth < 69) await session.send('assistant', seededBytes(tenth, seconds(0.1)));
      if (tenth === 69) await told('vad_stop', { track: 'assistant' });
      if (tenth === 71) await told('transcript', { role: 'user', text: 'on time' });
    }
    await session.stop();
    expect(
      session.texts.map(({ text, turn_id, start_ms, end_ms }) => [text, turn_id, start_ms, end_ms]),
    ).toEqual([
      ['three seconds have passed', null, 3000, 3000],
      ['on time', null, 7200, 7200],
    ]);
    expect(session.of('turn_started')).toMatchObject([{ role: 'assistant', start_ms: 6000 }]);
    expect(session.of('turn_ended')).toMatchObject([{ role: 'assistant', start_ms: 6000, end_ms: 7000 }]);
  });

  test('of one side, text is at its end, however long its sender is silent', async () => {
    const session = await openSession(START);
    await session.send('user', seededBytes(1, seconds(1)));
    session.wind(30_000);
    await session.connection.receiveText(say({ action: 'transcript', role: 'user', text: 'appended' }));
    await session.stop();
    expect(session.texts.map(({ start_ms }) => start_ms)).toEqual([1000]);
  });

  test('half a second of jitter is no pause, and audio faster than real time is never moved', async () => {
    const session = await openSession(BOTH);
    const far = seededBytes(3, seconds(21));
    await session.send('assistant', far.subarray(0, seconds(1)));
    session.wind(1500);
    await session.send('assistant', far.subarray(seconds(1), seconds(2)));
    // Ten seconds of a voice that is made at once.
    for (let second = 2; second < 12; second++)
      await session.send('assistant', far.subarray(seconds(second), seconds(second + 1)));
    session.wind(10_999);
    await session.send('assistant', far.subarray(seconds(12)));
    const report = await session.stop();
    expect(session.audio('assistant').equals(far)).toBe(true);
    expect(report?.gaps).toEqual([]);
  });

  test('one side is appended, bit for bit, however long its sender is silent', async () => {
    const session = await openSession(START);
    const near = seededBytes(4, seconds(2));
    await session.send('user', near.subarray(0, seconds(1)));
    session.wind(60_000);
    await session.send('user', near.subarray(seconds(1)));
    const report = await session.stop();
    expect(session.placement()).toBe('append');
    expect(session.audio().equals(near)).toBe(true);
    expect(report?.gaps).toEqual([]);
  });

  test('two sides are appended where their client asks for it, whatever start frame a chunk has', async () => {
    const session = await openSession({ ...BOTH, placement: 'append' });
    const near = seededBytes(5, seconds(2));
    session.wind(9000);
    await session.send('user', near.subarray(0, seconds(1)));
    await session.send('user', near.subarray(seconds(1)), { start_frame: 20 * RATE });
    const report = await session.stop();
    expect(session.placement()).toBe('append');
    expect(session.audio('user').equals(near)).toBe(true);
    expect(report?.gaps).toEqual([]);
  });

  test('one side is placed by the clock where its client asks for it, whatever start frame a chunk has', async () => {
    const session = await openSession({ ...START, placement: 'arrival' });
    const near = seededBytes(6, seconds(1));
    session.wind(3000);
    await session.send('user', near, { start_frame: 20 * RATE });
    await session.stop();
    expect(session.placement()).toBe('arrival');
    expect(session.audio().equals(Buffer.concat([silence(3), near]))).toBe(true);
  });

  test('a start frame counts where no placement was asked for, and the clock for what has none', async () => {
    const session = await openSession(BOTH);
    const far = seededBytes(7, seconds(2));
    session.wind(2000);
    await session.send('assistant', far.subarray(0, seconds(1)), { start_frame: RATE });
    session.wind(8000);
    await session.send('assistant', far.subarray(seconds(1)));
    await session.stop();
    const expected = [silence(1), far.subarray(0, seconds(1)), silence(8), far.subarray(seconds(1))];
    expect(session.audio('assistant').equals(Buffer.concat(expected))).toBe(true);
  });

  test('by position, a chunk that has none follows what was there', async () => {
    const session = await openSession({ ...BOTH, placement: 'position' });
    const far = seededBytes(8, seconds(2));
    await session.send('assistant', far.subarray(0, seconds(1)), { start_frame: 3 * RATE });
    session.wind(60_000);
    await session.send('assistant', far.subarray(seconds(1)));
    await session.stop();
    expect(session.placement()).toBe('position');
    expect(session.audio('assistant').equals(Buffer.concat([silence(3), far]))).toBe(true);
  });

  test('headed frames are placed by position unless something else was asked for', async () => {
    const session = await openSession({ ...START, framing: 'headed' });
    expect(session.placement()).toBe('position');
    const other = await openSession({ ...START, framing: 'headed', placement: 'append' });
    const near = seededBytes(9, seconds(1));
    await other.connection.receiveBinary(headed(0, 0, 5 * RATE, near));
    await other.stop();
    expect(other.audio().equals(near)).toBe(true);
  });

  test('a pause is no silence', async () => {
    const session = await openSession(BOTH);
    const far = seededBytes(10, seconds(2));
    await session.send('assistant', far.subarray(0, seconds(1)));
    session.wind(1000);
    await session.connection.receiveText(say({ action: 'pause' }));
    session.wind(30_000);
    await session.connection.receiveText(say({ action: 'resume' }));
    session.wind(400);
    await session.send('assistant', far.subarray(seconds(1)));
    await session.stop();
    expect(session.audio('assistant').equals(far)).toBe(true);
  });

  test('what a slow disk held up goes on where it was; what its sender did not say is silence again afterwards', async () => {
    const session = await openSession({ ...BOTH, sample_rate: 192_000, channels: 2 });
    const secondBytes = 192_000 * 4;
    const near = seededBytes(11, secondBytes * 10);
    const send = (second: number): Promise<void> =>
      session.connection.receiveBinary(near.subarray(second * secondBytes, (second + 1) * secondBytes));
    session.hold();
    for (let second = 0; second < 5; second++) {
      await send(second);
      session.wind(1000);
    }
    // More than 4 MB wait for the disk: now the sender has to wait as well, for ten seconds.
    const waiting = send(5);
    await flushed();
    session.wind(10_000);
    session.release();
    await waiting;
    for (let second = 6; second < 9; second++) await send(second);
    session.wind(3000);
    await send(9);
    const report = await session.stop();
    const silent = Buffer.alloc(9 * secondBytes);
    expect(
      session
        .audio('user')
        .equals(Buffer.concat([near.subarray(0, 9 * secondBytes), silent, near.subarray(9 * secondBytes)])),
    ).toBe(true);
    expect(report?.gaps).toMatchObject([{ track: 'user', start_frame: 9 * 192_000, frames: 9 * 192_000 }]);
  });

  test('which placements there are is said to whoever asks for another', async () => {
    const host = openEngine();
    await host.engine.connect('wrong', host.client).receiveText(say({ ...START, placement: 'now' }));
    expect(host.of('error')[0]).toMatchObject({ code: 'INVALID_MESSAGE' });
    expect(host.of('error')[0]?.message).toMatch(/placement.*append.*arrival.*position.*now/);
  });
});
