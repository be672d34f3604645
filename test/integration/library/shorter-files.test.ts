import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeSession } from '../../../src-main/commands/describe-session.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { reportWords } from '../../../src-renderer/i18n/report-words.ts';

const RATE = 16_000;

/** Four seconds, finished, with a marker. */
async function finished({ tracks = ['user'], channels = 1 } = {}) {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: () => undefined });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  const start = { action: 'start', format: 'wav', tracks, channels, placement: 'append', record: tracks };
  await say(start);
  const data = Buffer.from(seededBytes(6, RATE * 2 * channels)).toString('base64');
  for (let second = 0; second < 4; second++)
    for (const track of tracks) await say({ action: 'audio_chunk', track, data });
  await say({ action: 'marker', label: 'here' });
  await say({ action: 'stop' });
  const folder = join(dataDir, 'recordings', 'talk');
  const pathOf = async (track: string): Promise<string> =>
    join(folder, (await readdir(folder)).find((name) => name.startsWith(track)) ?? 'none');
  const listed = async () => {
    const { sessions } = await recorder.handlers['sessions.list']({});
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(sessions[0]?.files).toEqual(session.files);
    return session;
  };
  return { recorder, dataDir, folder, pathOf, listed };
}

test('a finished recording that is as long as it was says nothing', async () => {
  const { listed, pathOf } = await finished();
  // Cue points behind the audio are no audio.
  await truncate(await pathOf('user'), 44 + RATE * 2 * 4);
  const session = await listed();
  expect(session.files.map((file) => 'shorter_ms' in file)).toEqual([false]);
  expect(describeSession(session)).not.toContain('shorter');
  expect(reportWords(session).whole).toBe(true);
});

test.each([1, 2] as const)('one that was cut off since says by how much, %d channels', async (channels) => {
  const { listed, pathOf } = await finished({ channels });
  await truncate(await pathOf('user'), 44 + RATE * 2 * channels * 1.5);
  const session = await listed();
  expect(session).toMatchObject({ status: 'completed', files: [{ status: 'completed', shorter_ms: 2500 }] });
  expect(describeSession(session)).toContain('shorter than recorded: 2.50 s missing');
  expect(reportWords(session)).toMatchObject({
    whole: false,
    text: 'Shorter than recorded: 2.5 s missing',
  });
});

test('of two sides the one that lost more counts, and one that is gone is missing', async () => {
  const { listed, pathOf, folder } = await finished({ tracks: ['user', 'assistant'] });
  await truncate(await pathOf('user'), 44 + RATE * 2 * 3);
  await truncate(await pathOf('assistant'), 0);
  expect(describeSession(await listed())).toContain('shorter than recorded: 4.00 s missing');
  await rm(await pathOf('assistant'));
  expect(await readdir(folder)).not.toContain('assistant');
  const session = await listed();
  expect(session.files.map(({ status, shorter_ms }) => [status, shorter_ms]).toSorted()).toEqual([
    ['completed', 1000],
    ['missing', undefined],
  ]);
});

test('what is shown is kept nowhere, and a check that puts it on record says it no more', async () => {
  const { recorder, listed, pathOf, folder } = await finished();
  await truncate(await pathOf('user'), 44 + RATE * 2 * 3);
  await listed();
  await recorder.handlers['sessions.update']({ id: 'talk', title: 'Renamed' });
  expect(await readFile(join(folder, 'session.json'), 'utf8')).not.toContain('shorter_ms');
  await recorder.handlers['sessions.repair']({ id: 'talk' });
  const session = await listed();
  expect(session.files.map(({ shorter_ms }) => shorter_ms)).toEqual([undefined]);
  expect(session.parts[0]?.report?.gaps).toMatchObject([{ cause: 'damaged', frames: RATE }]);
});
