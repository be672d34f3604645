import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CaptureReport } from '../../../src-main/contract/capture-report.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { streamSession } from '../../../src-main/commands/stream-session.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { type SessionRecord, sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { withMasterLength } from '../../../src-main/library/check/record-damage.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';

const RATE = 16_000;
const voice = seededBytes(1, RATE * 2);

const foldersAfterKill = (dataDir: string) => copyAsAfterKill(dataDir, { keepCatalog: false });

/** A lecture, second by second: `-` where its microphone is muted. */
async function openLecture(clockMs: () => number, seconds: string) {
  const opened = await openOwnRecorder({ clock: { monotonicMs: clockMs, wallMs: () => Date.now() } });
  const received: ServerMessage[] = [];
  const connection = opened.recorder.connect('lecture', { send: (message) => received.push(message) });
  await connection.receiveText('{"action":"start","format":"wav","framing":"headed"}');
  for (let seq = 0; seq < seconds.length; seq++) {
    const samples = seconds[seq] === '-' ? new Uint8Array(voice.length) : voice;
    await connection.receiveBinary(headedFrame({ trackIndex: 0, seq, startFrame: seq * RATE }, samples));
  }
  return { ...opened, connection, received };
}

const sessionFileIn = async (dataDir: string) =>
  sessionFileSchema.parse(
    JSON.parse(await readFile(join(dataDir, 'recordings', 'lecture', 'session.json'), 'utf8')),
  ).session;

const mutedIn = ({ parts }: { parts: readonly { report?: CaptureReport | undefined }[] }): number[][][] =>
  parts.map(({ report }) =>
    (report?.tracks[0]?.muted ?? []).map(({ start_frame, frames }) => [start_frame / RATE, frames / RATE]),
  );

test('a muted microphone is told at the stop, in session.json, and by a catalog that is made anew', async () => {
  const { recorder, dataDir, connection, received } = await openLecture(() => 0, '##-----##--#');
  await connection.receiveText('{"action":"stop"}');
  const stopped = received.find((message) => message.type === 'recording_stopped');
  expect(stopped?.report.tracks[0]).toMatchObject({
    captured: 12 * RATE,
    expected: 12 * RATE,
    muted: [{ start_frame: 2 * RATE, frames: 5 * RATE }],
  });
  expect(stopped?.report.gaps).toEqual([]);
  expect(mutedIn(await sessionFileIn(dataDir))).toEqual([[[2, 5]]]);
  expect(mutedIn(await recorder.handlers['sessions.get']({ id: 'lecture' }))).toEqual([[[2, 5]]]);
  const { recorder: next } = await openOwnRecorder({ dataDir: await foldersAfterKill(dataDir) });
  const rebuilt = await next.handlers['sessions.get']({ id: 'lecture' });
  expect(mutedIn(rebuilt)).toEqual([[[2, 5]]]);

  const [file] = rebuilt.files;
  const cutTo = (seconds: number): SessionRecord =>
    withMasterLength(rebuilt, file!, { frames: seconds * RATE, sampleRate: RATE });
  expect(mutedIn(cutTo(4))).toEqual([[[2, 2]]]);
  expect(cutTo(2).parts[0]?.report?.tracks[0]).not.toHaveProperty('muted');
});

test('what is known of a muted microphone outlives a crash, and ends where its file does', async () => {
  let nowMs = 0;
  const { dataDir } = await openLecture(() => (nowMs += 1000), `#${'-'.repeat(25)}`);
  // Written down at 3 s, and again each 10 s: the seconds since are in the file alone.
  await expect.poll(async () => mutedIn(await sessionFileIn(dataDir))).toEqual([[[1, 23]]]);
  const recovered = async (copy: string): Promise<unknown> => {
    const { recorder } = await openOwnRecorder({ dataDir: copy });
    return recorder.recovered.map((session) => [session.duration_seconds, mutedIn(session)]);
  };
  expect(await recovered(await foldersAfterKill(dataDir))).toEqual([[26, [[[1, 23]]]]]);
  const cutOff = await foldersAfterKill(dataDir);
  const folder = join(cutOff, 'recordings', 'lecture');
  const [partial = ''] = (await readdir(folder)).filter((name) => name.endsWith('.partial'));
  const { size } = await stat(join(folder, partial));
  await truncate(join(folder, partial), size - 16 * voice.length);
  expect(await recovered(cutOff)).toEqual([[10, [[[1, 9]]]]]);
});

test.each([
  ['the microphone of the command line is judged', true, [[[1, 4]]]],
  ['a file is not', false, [[]]],
])('%s', async (_, live, expected) => {
  const { recorder } = await openOwnRecorder();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const second of ['#', '-', '-', '-', '-', '#'])
      yield await Promise.resolve(second === '-' ? new Uint8Array(voice.length) : voice);
  }
  const source = {
    encoding: 'pcm_s16le' as const,
    sampleRate: RATE,
    channels: 1,
    live,
    seconds: undefined,
    gain: 1,
    chunks,
    stop: () => undefined,
    close: () => Promise.resolve(),
  };
  const { parts, failure } = await streamSession(recorder, [{ track: 'user', source }], {
    format: 'wav',
    speed: 0,
    signal: new AbortController().signal,
    onMessage: () => undefined,
  });
  expect(failure).toBeUndefined();
  expect(mutedIn({ parts })).toEqual(expected);
  expect(parts[0]?.report).toMatchObject({ captured: 6 * RATE, expected: 6 * RATE, gaps: [] });
});
