import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { MEBIBYTE } from '../../../src-main/contract/limits.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openSession, startServer } from '../../support/server-process.ts';

const CHUNK_TOO_LARGE = { code: 'CHUNK_TOO_LARGE', message: 'Chunk size exceeds limit (1MB)' };
/** Far above what the server needs, far below the messages. */
const MAX_GROWTH_BYTES = 160 * MEBIBYTE;

async function inPieces(socket: WebSocket, pieces: number, isBinary: boolean): Promise<void> {
  const piece = Buffer.alloc(MEBIBYTE, 'a');
  for (let index = 1; index <= pieces; index++)
    await new Promise<void>((resolve, reject) =>
      socket.send(piece, { fin: index === pieces, binary: isBinary }, (error) =>
        error == null ? resolve() : reject(error),
      ),
    );
}

/** The most memory that a process has had since it began. */
const peakBytes = async (pid: number): Promise<number> =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

async function masterOf(dir: string, path: string | undefined): Promise<Buffer> {
  return (await readFile(join(dir, 'recordings', path ?? ''))).subarray(44);
}

it.skipIf(process.platform !== 'linux')(
  'answers messages of any size, keeps none of them, and records on, for their sender and for others',
  async () => {
    const { ws, token, dir, pid } = await startServer();
    const [large, other] = [await openSession(ws, token, 'large'), await openSession(ws, token, 'other')];
    for (const { say, hear } of [large, other]) {
      say({ action: 'start', format: 'wav', sample_rate: 16_000 });
      await hear('recording_started');
    }
    const audio = Buffer.from(seededBytes(3, 5 * 3200));
    const before = await peakBytes(pid);
    const done = new AbortController();
    let sentByOther = 0;
    const streaming = (async () => {
      while (!done.signal.aborted) {
        other.socket.send(audio.subarray(0, 3200));
        sentByOther += 3200;
        // Any pace will do that stays below the longest recording.
        await delay(5);
      }
    })();
    const errors = () => large.messages.filter((message) => message.type === 'error');
    const oversized = [
      async () => large.socket.send('x'.repeat(17 * MEBIBYTE)),
      async () => large.socket.send(Buffer.alloc(40 * MEBIBYTE, 7)),
      () => inPieces(large.socket, 20, true),
      () => inPieces(large.socket, 250, false),
    ];
    for (const [index, send] of oversized.entries()) {
      large.socket.send(audio.subarray(index * 3200, (index + 1) * 3200));
      await send();
      while (errors().length <= index) await new Promise((resolve) => large.socket.once('heard', resolve));
    }
    large.socket.send(audio.subarray(4 * 3200));
    done.abort();
    await streaming;
    const growth = (await peakBytes(pid)) - before;
    for (const { say } of [large, other]) say({ action: 'stop' });
    const stopped = await large.hear('recording_stopped');
    const otherStopped = await other.hear('recording_stopped');
    expect(errors().map(({ code, message }) => ({ code, message }))).toEqual(Array(4).fill(CHUNK_TOO_LARGE));
    expect((await masterOf(dir, stopped.files[0]?.file_path)).equals(audio)).toBe(true);
    expect(stopped.report.tracks[0]?.chunks_rejected).toBe(4);
    expect(other.messages.filter(({ type }) => type === 'error')).toEqual([]);
    expect((await masterOf(dir, otherStopped.files[0]?.file_path)).length).toBe(sentByOther);
    expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
  },
);

it('does not wait for a numbered chunk that was too long', async () => {
  const { ws, token, dir } = await startServer();
  const { socket, say, hear } = await openSession(ws, token, 'headed');
  say({ action: 'start', format: 'wav', sample_rate: 16_000, framing: 'headed' });
  await hear('recording_started');
  const audio = Buffer.from(seededBytes(4, 6400));
  socket.send(headedFrame({ trackIndex: 0, seq: 0, startFrame: 0 }, audio.subarray(0, 3200)));
  socket.send(headedFrame({ trackIndex: 0, seq: 1, startFrame: 1600 }, Buffer.alloc(17 * MEBIBYTE)));
  socket.send(headedFrame({ trackIndex: 0, seq: 1, startFrame: 1600 }, audio.subarray(3200)));
  expect(await hear('error')).toMatchObject(CHUNK_TOO_LARGE);
  say({ action: 'stop' });
  const stopped = await hear('recording_stopped');
  expect((await masterOf(dir, stopped.files[0]?.file_path)).equals(audio)).toBe(true);
  expect(stopped.report.gaps).toEqual([]);
});

const samples = 'A'.repeat(17 * MEBIBYTE);

it.each([
  ['before its data', `{"action":"audio_chunk","seq":1,"data":"${samples}"}`],
  ['after its data', `{"action":"audio_chunk","data":"${samples}","track":"user","seq":1}`],
])('does not wait for a chunk in text that was too long and says its number %s', async (_, tooLong) => {
  const { ws, token, dir } = await startServer();
  const { socket, say, hear } = await openSession(ws, token, 'text');
  say({ action: 'start', format: 'wav', sample_rate: 16_000 });
  await hear('recording_started');
  const audio = Buffer.from(seededBytes(5, 6400));
  const chunk = (seq: number, bytes: Buffer): void =>
    say({ action: 'audio_chunk', seq, data: bytes.toString('base64') });
  chunk(0, audio.subarray(0, 3200));
  socket.send(tooLong);
  chunk(2, audio.subarray(3200));
  say({ action: 'status' });
  expect(await hear('error')).toMatchObject(CHUNK_TOO_LARGE);
  const [track] = (await hear('status')).tracks;
  expect(track?.held_frames).toBeUndefined();
  expect(track?.next_seq).toBe(3);
  say({ action: 'stop' });
  const stopped = await hear('recording_stopped');
  // Its length is not known, so that the usual one stands for it.
  const expected = Buffer.concat([audio.subarray(0, 3200), Buffer.alloc(3200), audio.subarray(3200)]);
  expect((await masterOf(dir, stopped.files[0]?.file_path)).equals(expected)).toBe(true);
  expect(stopped.report.tracks[0]?.chunks_rejected).toBe(1);
});
