import { expect, test } from 'vitest';
import type { MutedStretch } from '../../../src-main/contract/capture-report.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { headed, openEngine, say } from './memory-engine.ts';

const RATE = 8000;
const CHUNK_FRAMES = RATE / 10;
const START = { action: 'start', format: 'wav', sample_rate: RATE, framing: 'headed', on_limit: 'continue' };

/** A lecture whose microphone can be muted, and its two sides. */
async function openLecture(start: object = START, disk: Parameters<typeof openEngine>[0] = {}) {
  const host = openEngine(disk);
  const connection = host.engine.connect('lecture', host.client);
  const receive = (message: object): Promise<void> => connection.receiveText(say(message));
  await receive(start);
  const voice = seededBytes(41, CHUNK_FRAMES * 2);
  const seqs = [0, 0];
  let atFrame = 0;
  const send = async (index: number, samples: Uint8Array): Promise<void> => {
    const seq = seqs[index]!;
    seqs[index]! += 1;
    await connection.receiveBinary(headed(index, seq, atFrame, samples));
  };
  return {
    ...host,
    receive,
    async pass(seconds: number, muted: boolean, sides: readonly number[] = [0]) {
      for (let chunk = 0; chunk < seconds * 10; chunk++) {
        for (const side of sides) await send(side, muted ? new Uint8Array(CHUNK_FRAMES * 2) : voice);
        atFrame += CHUNK_FRAMES;
        host.wind(100);
      }
    },
    async stop() {
      await receive({ action: 'stop' });
      return host
        .of('recording_stopped')
        .map(({ report }) => report.tracks.map(({ muted }) => muted?.map(inSeconds)));
    },
  };
}

const inSeconds = ({ start_frame, frames }: MutedStretch): number[] => [start_frame / RATE, frames / RATE];

test('a muted microphone is in the report, and nothing is missing; a short dropout is not in it', async () => {
  const lecture = await openLecture();
  await lecture.pass(5, false);
  await lecture.pass(2.9, true);
  await lecture.pass(2.1, false);
  await lecture.pass(3, true);
  await lecture.pass(2, false);
  await lecture.pass(9, true);
  expect(await lecture.stop()).toEqual([
    [
      [
        [10, 3],
        [15, 9],
      ],
    ],
  ]);
  const [stopped] = lecture.of('recording_stopped');
  expect(stopped?.report).toMatchObject({ captured: 24 * RATE, expected: 24 * RATE, gaps: [] });
});

test('neither the pauses of what a computer plays nor those of a sender with a pace of its own are judged', async () => {
  const call = await openLecture({ ...START, tracks: ['user', 'assistant'] });
  await call.pass(1, false, [0, 1]);
  await call.pass(5, true, [0, 1]);
  await call.pass(1, false, [0, 1]);
  expect(await call.stop()).toEqual([[[[1, 5]], undefined]]);

  const host = openEngine();
  const connection = host.engine.connect('file', host.client);
  await connection.receiveText(say({ action: 'start', format: 'wav', sample_rate: RATE }));
  await connection.receiveBinary(new Uint8Array(RATE * 2 * 10));
  await connection.receiveText(say({ action: 'stop' }));
  expect(host.of('recording_stopped')[0]?.report.tracks[0]).not.toHaveProperty('muted');
});

test('silence in place of audio that never came is a gap, and not muted', async () => {
  const lecture = await openLecture();
  await lecture.pass(2, true);
  await lecture.pass(20, true, []);
  await lecture.pass(4, true);
  expect(await lecture.stop()).toEqual([[[[22, 4]]]]);
  expect(lecture.of('recording_stopped')[0]?.report.gaps).toMatchObject([
    { start_frame: 2 * RATE, frames: 20 * RATE },
  ]);
});

test('a push-to-talk client, whose time goes on while it sends nothing, is never called muted', async () => {
  const lecture = await openLecture();
  for (let press = 0; press < 5; press++) {
    await lecture.pass(1, false);
    await lecture.pass(6, false, []);
  }
  await lecture.pass(1, false);
  expect(await lecture.stop()).toEqual([[undefined]]);
});

test('a pause neither counts nor ends the stretch', async () => {
  const lecture = await openLecture();
  await lecture.pass(1, false);
  await lecture.pass(2, true);
  await lecture.receive({ action: 'pause' });
  lecture.wind(60_000);
  await lecture.receive({ action: 'resume' });
  await lecture.pass(2, true);
  expect(await lecture.stop()).toEqual([[[[1, 4]]]]);
});

test('a stretch over the end of a part is in both parts', async () => {
  const lecture = await openLecture({ ...START, split_minutes: 1 });
  await lecture.pass(50, false);
  await lecture.pass(11, true);
  await lecture.pass(1, false);
  expect(await lecture.stop()).toEqual([[[[50, 10]]], [[[0, 1]]]]);
});

test('a microphone muted while the disk fills is muted in the fallback folder too, frame after frame', async () => {
  const lecture = await openLecture(START, { capacityBytes: RATE * 2 * 7 + 100, canRelocate: true });
  await lecture.pass(3, false);
  await lecture.pass(6, true);
  await lecture.pass(1, false);
  expect(await lecture.stop()).toEqual([[[[3, 4 + 50 / RATE]]], [[[0, 2 - 50 / RATE]]]]);
});

test('chunks that come in another order are judged in the order of the file', async () => {
  const host = openEngine();
  const connection = host.engine.connect('shuffled', host.client);
  await connection.receiveText(say(START));
  const voice = seededBytes(42, RATE * 2);
  const second = (seq: number): Promise<void> =>
    connection.receiveBinary(
      headed(0, seq, seq * RATE, seq === 0 || seq === 5 ? voice : new Uint8Array(RATE * 2)),
    );
  for (const seq of [5, 3, 0, 2, 4, 1]) await second(seq);
  await connection.receiveText(say({ action: 'stop' }));
  const [track] = host.of('recording_stopped')[0]?.report.tracks ?? [];
  expect(track?.muted).toEqual([{ start_frame: RATE, frames: 4 * RATE }]);
});
