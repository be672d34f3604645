import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordingType } from '../../../src-main/contract/audio-format.ts';
import { sessionFileSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { referenceMix, voice } from '../../support/mix-reference.ts';
import { masterSamples, readWav } from '../../support/read-wav.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';

const RATE = 16_000;
const header = createWavHeader({ sampleRate: RATE, channels: 1, mayExceed4GiB: false });
const near = voice(5, RATE * 6, 30_000);
const far = voice(6, RATE * 6, 30_000);
const MIX = referenceMix([near, far], RATE);

function connect(recorder: Recorder) {
  const connection = recorder.connect('call', { send: () => undefined });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  return {
    say,
    async speak(): Promise<void> {
      for (let at = 0; at < near.length; at += RATE)
        for (const [track, audio] of [
          ['user', near],
          ['assistant', far],
        ] as const)
          await say({
            action: 'audio_chunk',
            track,
            data: audio.subarray(at, at + RATE).toString('base64'),
          });
    },
  };
}

const folderIn = (dataDir: string): string => join(dataDir, 'recordings', 'call');
// Sent as fast as it goes, so the clock says nothing of where a side belongs.
const START = {
  action: 'start',
  format: 'wav',
  tracks: ['user', 'assistant'],
  placement: 'append',
} as const;

/** A folder whose writer was killed when all was in the masters, and some in the mix. */
async function killedWhile(record?: readonly RecordingType[]): Promise<string> {
  const { recorder, dataDir } = await openOwnRecorder();
  const client = connect(recorder);
  await client.say({ ...START, ...(record === undefined ? {} : { record }) });
  await client.speak();
  const whole = async (name: string, bytes: number): Promise<boolean> =>
    (await readWav(join(folderIn(dataDir), name)).then(
      ({ samples }) => samples.length,
      () => 0,
    )) >= bytes;
  for (;;) {
    const names = (await readdir(folderIn(dataDir))).filter((name) => name.endsWith('.partial'));
    const done = await Promise.all(
      names.map((name) => whole(name, name.startsWith('mixed') ? RATE : near.length)),
    );
    if (names.length === 3 && done.every((is) => is)) break;
  }
  return killed(dataDir);
}

async function killed(dataDir: string, options: { keepCatalog?: boolean } = {}): Promise<string> {
  const copy = await copyAsAfterKill(dataDir, options);
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  return copy;
}

const plainNames = async (dataDir: string): Promise<string[]> =>
  (await readdir(folderIn(dataDir))).map((name) => name.replace(/\d{6,}/, 'T')).toSorted();

async function expectMix(dataDir: string): Promise<void> {
  const name = (await readdir(folderIn(dataDir))).find((entry) => /^mixed_\d+\.wav$/.test(entry)) ?? 'no mix';
  expect((await masterSamples(join(folderIn(dataDir), name))).equals(MIX)).toBe(true);
}

async function changeRecord(
  dataDir: string,
  change: (session: SessionRecord) => SessionRecord,
): Promise<void> {
  const path = join(folderIn(dataDir), 'session.json');
  const { session } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const changed = { ...change(session), revision: session.revision + 1 };
  await writeFile(path, JSON.stringify({ version: 1, session: changed }));
}

test('a conversation that a crash cut off has both sides and their mix, of one length', async () => {
  const copy = await killedWhile();
  const { recorder } = await openOwnRecorder({ dataDir: copy });
  expect(recorder.recovered).toMatchObject([{ duration_seconds: 6 }]);
  const { files } = await recorder.handlers['sessions.get']({ id: 'call' });
  expect(files.map(({ type, duration_ms, status }) => [type, duration_ms, status]).toSorted()).toEqual([
    ['assistant', 6000, 'completed'],
    ['mixed', 6000, 'completed'],
    ['user', 6000, 'completed'],
  ]);
  expect(await plainNames(copy)).toEqual(['assistant_T.wav', 'mixed_T.wav', 'session.json', 'user_T.wav']);
  await expectMix(copy);
});

test('one of which only the mix was wanted has only the mix, made of all that was captured', async () => {
  const copy = await killedWhile(['mixed']);
  const { recorder } = await openOwnRecorder({ dataDir: copy });
  expect((await recorder.handlers['sessions.get']({ id: 'call' })).files).toMatchObject([
    { type: 'mixed', duration_ms: 6000, status: 'completed' },
  ]);
  expect(await plainNames(copy)).toEqual(['mixed_T.wav', 'session.json']);
  await expectMix(copy);
});

test('one of which nothing but its audio is left has both sides and their mix', async () => {
  const copy = await killedWhile(['mixed']);
  await rm(join(folderIn(copy), 'session.json'));
  for (const name of await readdir(copy)) if (name.startsWith('lectern.db')) await rm(join(copy, name));
  const { recorder } = await openOwnRecorder({ dataDir: copy });
  expect(recorder.recovered).toMatchObject([
    { tracks: ['user', 'assistant'], record: ['user', 'assistant', 'mixed'], duration_seconds: 6 },
  ]);
  expect(await plainNames(copy)).toEqual(['assistant_T.wav', 'mixed_T.wav', 'session.json', 'user_T.wav']);
  await expectMix(copy);
});

test('a crash between the removal of one side and of the other leaves the mix and the other: alone it cannot tell that the mix still has it', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  const client = connect(recorder);
  await client.say(START);
  await client.speak();
  await client.say({ action: 'stop' });
  await recorder.close();
  const copy = await killed(dataDir, { keepCatalog: false });
  await changeRecord(copy, (session) => ({
    ...session,
    status: 'recording',
    record: ['mixed'],
    files: session.files.map((file) => ({ ...file, status: 'recording' as const })),
  }));
  for (const name of await readdir(folderIn(copy)))
    if (name.startsWith('user_')) await rm(join(folderIn(copy), name));
  const { recorder: next } = await openOwnRecorder({ dataDir: copy });
  expect((await next.handlers['sessions.get']({ id: 'call' })).files).toMatchObject([
    { type: 'assistant', duration_ms: 6000, status: 'completed' },
    { type: 'mixed', duration_ms: 6000, status: 'completed' },
  ]);
  expect(await plainNames(copy)).toEqual(['assistant_T.wav', 'mixed_T.wav', 'session.json']);
  await expectMix(copy);
});

test('a side that was lost leaves what there is of the mix', async () => {
  const copy = await killedWhile();
  for (const name of await readdir(folderIn(copy)))
    if (name.startsWith('user_')) await rm(join(folderIn(copy), name));
  const { recorder } = await openOwnRecorder({ dataDir: copy });
  const { files } = await recorder.handlers['sessions.get']({ id: 'call' });
  expect(files.map(({ type, status }) => [type, status]).toSorted()).toEqual([
    ['assistant', 'completed'],
    ['mixed', 'completed'],
    ['user', 'missing'],
  ]);
  const mix = files.find(({ type }) => type === 'mixed');
  expect(mix?.duration_ms).toBeGreaterThan(0);
  const { samples } = await readWav(join(copy, 'recordings', mix?.file_path ?? ''));
  expect(samples.equals(MIX.subarray(0, samples.length))).toBe(true);
});

test('what an earlier take keeps is not removed by a later one that keeps less', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  const client = connect(recorder);
  await client.say(START);
  await client.speak();
  await client.say({ action: 'stop' });
  await client.say({ ...START, record: ['mixed'] });
  await client.speak();
  const partials = async (): Promise<string[]> =>
    (await readdir(folderIn(dataDir))).filter((name) => name.endsWith('_p2.wav.partial'));
  while ((await partials()).length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  const copy = await killed(dataDir);
  const { recorder: next } = await openOwnRecorder({ dataDir: copy });
  const { files } = await next.handlers['sessions.get']({ id: 'call' });
  expect(files.map(({ part, type, status }) => [part, type, status]).toSorted()).toEqual([
    [1, 'assistant', 'completed'],
    [1, 'mixed', 'completed'],
    [1, 'user', 'completed'],
    [2, 'mixed', 'completed'],
  ]);
});

test('a recovery that was killed while it made the mix is taken up by the next', async () => {
  const copy = await killedWhile();
  const folder = folderIn(copy);
  const mixed = (await readdir(folder)).find((name) => name.startsWith('mixed_')) ?? '';
  // Both sides finished, and the mix half made.
  for (const name of await readdir(folder))
    if (/^(user|assistant).*\.partial$/.test(name))
      await rename(join(folder, name), join(folder, name.replace('.partial', '')));
  const halfMade = Buffer.concat([header.forSizes(4956, 0), MIX.subarray(0, 4956)]);
  for (const suffix of ['.rebuilt.partial', '.rebuilt-0123abcd.partial'])
    await writeFile(join(folder, mixed.replace('.partial', suffix)), halfMade);
  await openOwnRecorder({ dataDir: copy });
  expect(await plainNames(copy)).toEqual(['assistant_T.wav', 'mixed_T.wav', 'session.json', 'user_T.wav']);
  await expectMix(copy);
});
