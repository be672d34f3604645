import { describe, expect, test } from 'vitest';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { headed, openEngine, say } from './memory-engine.ts';

const RATE = 8000;
const CHUNK_FRAMES = RATE / 10;
const TWO_TRACKS = {
  action: 'start',
  format: 'wav',
  sample_rate: RATE,
  tracks: ['user', 'assistant'],
  framing: 'headed',
  on_limit: 'continue',
} as const;

/** A call: microphone and other side, each in chunks of 100 ms, while the clock runs. */
async function openCall(start: object = TWO_TRACKS) {
  const host = openEngine();
  const connection = host.engine.connect('call', host.client);
  await connection.receiveText(say(start));
  const sides = [
    { audio: seededBytes(31, RATE * 2 * 400), seq: 0 },
    { audio: seededBytes(32, RATE * 2 * 400), seq: 0 },
  ];
  let atFrame = 0;
  const sendSide = (index: number, cause?: 'device_lost'): Promise<void> => {
    const side = sides[index]!;
    const samples = side.audio.subarray(atFrame * 2, (atFrame + CHUNK_FRAMES) * 2);
    return connection.receiveBinary(headed(index, side.seq++, atFrame, samples, cause));
  };
  return {
    ...host,
    connection,
    near: sides[0]!.audio,
    far: sides[1]!.audio,
    codes: () => host.of('warning').map(({ code, track }) => [code, track]),
    /** Time passes, and these sides are heard. */
    async pass(seconds: number, heard: readonly number[], cause?: 'device_lost') {
      for (let chunk = 0; chunk < seconds * 10; chunk++) {
        for (const index of heard) await sendSide(index, chunk === 0 ? cause : undefined);
        atFrame += CHUNK_FRAMES;
        host.wind(100);
      }
    },
    sendSide,
    async stop() {
      await connection.receiveText(say({ action: 'stop' }));
      return host.of('recording_stopped');
    },
  };
}

const bytes = (seconds: number): number => seconds * RATE * 2;

describe('two live tracks', () => {
  test('a microphone that dies beside a living other side is named within a second, once', async () => {
    const call = await openCall();
    await call.pass(3, [0, 1]);
    expect(call.codes()).toEqual([]);
    await call.pass(1, [1]);
    expect(call.codes()).toEqual([['no_data', 'user']]);
    expect(call.of('warning')[0]?.message).toBe(
      'No audio has arrived from the microphone for 1 s; recording goes on with the other side',
    );
    await call.pass(20, [1]);
    expect(call.codes()).toHaveLength(1);
  });

  test('an other side that never delivers anything is named', async () => {
    const call = await openCall();
    await call.pass(2, [0]);
    expect(call.codes()).toEqual([['no_data', 'assistant']]);
    expect(call.of('warning')[0]?.message).toContain('recording goes on with the microphone');
  });

  test('nothing at all is told in one line, and what still stands when the other comes back in its own', async () => {
    const call = await openCall();
    await call.pass(2, [0, 1]);
    await call.pass(2, []);
    expect(call.codes()).toEqual([['no_data', undefined]]);
    await call.pass(2, [0]);
    expect(call.codes().slice(1)).toEqual([['no_data', 'assistant']]);
  });

  test('a track that brings too little is caught by the clock beside one that brings all', async () => {
    const call = await openCall();
    const short = 0.09 * RATE;
    for (let seq = 0; seq < 300; seq++) {
      // 90 ms of audio every 100 ms, counted without a gap.
      await call.connection.receiveBinary(headed(0, seq, seq * short, call.near.subarray(0, short * 2)));
      await call.pass(0.1, [1]);
    }
    expect(call.codes().filter(([code]) => code === 'device')).toEqual([['device', 'user']]);
  });

  test('a dead track ends with the other one: silence of the exact length, noted where it begins', async () => {
    const call = await openCall();
    await call.pass(2, [0, 1]);
    await call.pass(8, [1]);
    const [stopped] = await call.stop();
    expect(call.audio('assistant').equals(call.far.subarray(0, bytes(10)))).toBe(true);
    expect(
      call
        .audio('user')
        .subarray(0, bytes(2))
        .equals(call.near.subarray(0, bytes(2))),
    ).toBe(true);
    expect(
      call
        .audio('user')
        .subarray(bytes(2))
        .equals(Buffer.alloc(bytes(8))),
    ).toBe(true);
    expect(stopped?.report.gaps).toEqual([
      { track: 'user', start_frame: 2 * RATE, frames: 8 * RATE, cause: 'no_data' },
    ]);
    expect(stopped?.report.tracks).toMatchObject([
      { track: 'user', captured: 2 * RATE, expected: 10 * RATE },
      { track: 'assistant', captured: 10 * RATE, expected: 10 * RATE },
    ]);
  });

  test('a track dead for minutes is kept abreast meanwhile, so that Stop has little left to write', async () => {
    const call = await openCall();
    await call.pass(2, [0, 1]);
    await call.pass(200, [1]);
    expect(call.audio('user').length).toBeGreaterThan(bytes(202 - 45));
    const [stopped] = await call.stop();
    expect(call.audio('user')).toHaveLength(bytes(202));
    expect(stopped?.report.gaps).toEqual([
      { track: 'user', start_frame: 2 * RATE, frames: 200 * RATE, cause: 'no_data' },
    ]);
  });

  test('a microphone back after minutes goes on where the time is, and the whole hole has its cause', async () => {
    const call = await openCall();
    await call.pass(2, [0, 1]);
    await call.pass(100, [1]);
    await call.pass(3, [0, 1], 'device_lost');
    const [stopped] = await call.stop();
    const near = Buffer.from(call.near.subarray(0, bytes(105)));
    near.fill(0, bytes(2), bytes(102));
    expect(call.audio('user').equals(near)).toBe(true);
    expect(stopped?.report.gaps).toEqual([
      { track: 'user', start_frame: 2 * RATE, frames: 100 * RATE, cause: 'device_lost' },
    ]);
  });

  test('through parts, both tracks of each end together', async () => {
    const call = await openCall({ ...TWO_TRACKS, split_minutes: 1 });
    await call.pass(30, [0, 1]);
    await call.pass(170, [0]);
    const stopped = await call.stop();
    expect(stopped.map(({ part, duration_seconds }) => [part, duration_seconds])).toEqual([
      [1, 60],
      [2, 60],
      [3, 60],
      [4, 20],
    ]);
    for (const part of call.parts)
      expect(part.tracks.get('assistant')?.length).toBe(part.tracks.get('user')?.length);
    expect(
      stopped.map(({ report }) => report.gaps.map(({ track, frames }) => [track, frames / RATE])),
    ).toEqual([[['assistant', 30]], [['assistant', 60]], [['assistant', 60]], [['assistant', 20]]]);
    expect(call.audio('user').equals(call.near.subarray(0, bytes(200)))).toBe(true);
  });

  test('of two senders that stop one is always first: that is evened out, and is no loss', async () => {
    const call = await openCall();
    await call.pass(2, [0, 1]);
    await call.sendSide(1);
    const [stopped] = await call.stop();
    expect(call.audio('user')).toHaveLength(bytes(2.1));
    expect(stopped?.report.gaps).toEqual([
      { track: 'user', start_frame: 2 * RATE, frames: CHUNK_FRAMES, cause: 'ended' },
    ]);
  });

  test('a sender with a pace of its own is neither hurried nor filled up', async () => {
    const host = openEngine();
    const connection = host.engine.connect('bot', host.client);
    await connection.receiveText(say({ ...TWO_TRACKS, framing: 'raw' }));
    for (let second = 0; second < 100; second++) {
      const data = seededBytes(second, bytes(1)).toString('base64');
      await connection.receiveText(say({ action: 'audio_chunk', track: 'user', data }));
      if (second < 5) await connection.receiveText(say({ action: 'audio_chunk', track: 'assistant', data }));
      host.wind(1000);
    }
    await connection.receiveText(say({ action: 'stop' }));
    expect(host.of('warning')).toEqual([]);
    expect(host.audio('assistant')).toHaveLength(bytes(5));
    expect(host.of('recording_stopped')[0]?.report.gaps).toEqual([]);
  });

  test('a page loaded again goes on from now, however far its dead track was filled up', async () => {
    const call = await openCall();
    await call.pass(2, [0, 1]);
    await call.pass(100, [1]);
    await call.connection.receiveText(say({ action: 'status' }));
    const [status] = call.of('status');
    expect(status?.tracks.map(({ resume_frame }) => resume_frame / RATE)).toEqual([
      expect.closeTo(102, 0) as number,
      expect.closeTo(102, 0) as number,
    ]);
  });
});

test('a page loaded again after a sleep of hours goes on where its count is, and loses nothing', async () => {
  const host = openEngine();
  const connection = host.engine.connect('slept', host.client);
  await connection.receiveText(say({ action: 'start', format: 'wav', framing: 'headed' }));
  const hours = 3 * 3600 * 16_000;
  const audio = seededBytes(33, 3 * 3200);
  const piece = (index: number): Buffer => audio.subarray(index * 3200, (index + 1) * 3200);
  await connection.receiveBinary(headed(0, 0, 0, piece(0)));
  await connection.receiveBinary(headed(0, 1, 1600 + hours, piece(1), 'suspended'));
  await connection.receiveText(say({ action: 'status' }));
  const track = host.of('status')[0]?.tracks[0];
  expect(track).toMatchObject({ next_frame: 3200 + hours, resume_frame: 3200 + hours });
  await connection.receiveBinary(headed(0, 2, (track?.resume_frame ?? 0) + 800, piece(2), 'disconnected'));
  await connection.receiveText(say({ action: 'stop' }));
  const expected = Buffer.concat([piece(0), piece(1), Buffer.alloc(1600), piece(2)]);
  expect(host.audio().equals(expected)).toBe(true);
  expect(host.of('recording_stopped')[0]?.report.gaps).toEqual([
    { track: 'user', start_frame: 1600, frames: hours, cause: 'suspended', unfilled: true },
    { track: 'user', start_frame: 3200, frames: 800, cause: 'disconnected' },
  ]);
});
