import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { wavOf } from '../../support/killed-recording.ts';

const RATE = 16_000;
const SECOND = RATE * 2;
const near = seededBytes(41, SECOND * 4).map((byte) => byte | 1);
const far = seededBytes(42, SECOND * 4).map((byte) => byte | 1);
/** Somebody's own, which has nothing to do with what is recorded. */
const strange = wavOf(seededBytes(43, SECOND * 2));

async function openTalk(start: object) {
  const { recorder, dataDir } = await openOwnRecorder();
  const messages: ServerMessage[] = [];
  const connection = recorder.connect('talk', { send: (message) => void messages.push(message) });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  const folder = join(dataDir, 'recordings', 'talk');
  const sent = new Map<string, number>();
  await say({ action: 'start', format: 'wav', placement: 'append', ...start });
  return {
    folder,
    messages,
    say,
    async send(track: string, pcm: Uint8Array) {
      const number = sent.get(track) ?? 0;
      sent.set(track, number + 1);
      await say({ action: 'audio_chunk', track, seq: number, data: Buffer.from(pcm).toString('base64') });
      while (
        !messages.some(
          (message) => message.type === 'ack' && message.track === track && message.seq >= number,
        )
      )
        await new Promise((resolve) => setImmediate(resolve));
    },
    async stop() {
      await say({ action: 'stop' });
      const stopped = messages.find((message) => message.type === 'recording_stopped');
      return { stopped, session: await recorder.handlers['sessions.get']({ id: 'talk' }) };
    },
    partialOf: async (track: string) =>
      join(
        folder,
        (await readdir(folder)).find((name) => new RegExp(`^${track}_\\d+\\.wav\\.partial$`).test(name)) ??
          '',
      ),
    sizeOf: async (path: string) => (await readFile(path)).length,
  };
}

/** As a program does that restores or synchronises files: beside it, and renamed over it. */
async function putInPlace(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${path}~tmp`, bytes);
  await rename(`${path}~tmp`, path);
}

const OTHERS: Record<string, (now: Buffer) => Uint8Array> = {
  'its own older copy': (now) => wavOf(now.subarray(44, 44 + SECOND)),
  'a copy of it': (now) => Buffer.from(now),
  'another recording': () => strange,
};

describe.each(Object.entries(OTHERS))('a master that %s is put in place of', (_, other) => {
  test.each([
    { moment: 'while it goes on', more: true },
    { moment: 'just before it stops', more: false },
  ])('$moment is whole all the same, and what was put there is kept', async ({ more }) => {
    const talk = await openTalk({});
    await talk.send('user', near.subarray(0, 2 * SECOND));
    const partial = await talk.partialOf('user');
    const put = other(await readFile(partial));
    await putInPlace(partial, put);
    if (more) {
      await talk.send('user', near.subarray(2 * SECOND, 3 * SECOND));
      // Looked at again when what came has been flushed.
      await expect
        .poll(
          async () =>
            (await readdir(talk.folder)).filter((name) => name.includes('.aside')).length +
            (await flush(talk)),
        )
        .toBeGreaterThan(0);
    }
    const { session } = await talk.stop();
    const path = join(talk.folder, partial.slice(talk.folder.length + 1).replace('.partial', ''));
    const samples = await masterSamples(path);
    const expected = near.subarray(0, (more ? 3 : 2) * SECOND);
    expect(samples.subarray(0, expected.length).equals(expected)).toBe(true);
    expect(session.status).toBe('completed');
    const kept = (await readdir(talk.folder)).filter((name) => name.includes('.aside'));
    const contents = await Promise.all(kept.map((name) => readFile(join(talk.folder, name))));
    const isThere = contents.some((bytes) => bytes.equals(put)) || samples.equals(put.subarray(44));
    expect(isThere).toBe(true);
  });
});

/** So that the writer looks again: it does with the first audio after it has flushed. */
async function flush(talk: Awaited<ReturnType<typeof openTalk>>): Promise<number> {
  await talk.send('user', near.subarray(0, 320));
  return 0;
}

test('of a conversation whose folder is moved away and put back as a copy, everything is in the copy', async () => {
  const talk = await openTalk({ tracks: ['user', 'assistant'], record: ['user'] });
  await talk.send('user', near.subarray(0, 2 * SECOND));
  await talk.send('assistant', far.subarray(0, 2 * SECOND));
  const away = `${talk.folder}-away`;
  await rename(talk.folder, away);
  await cp(away, talk.folder, { recursive: true });
  await talk.send('user', near.subarray(2 * SECOND, 3 * SECOND));
  await talk.send('assistant', far.subarray(2 * SECOND, 3 * SECOND));
  const { session } = await talk.stop();
  const file = session.files.find(({ type }) => type === 'user')?.file_path ?? '';
  const samples = await masterSamples(join(talk.folder, '..', file));
  expect(samples.equals(near.subarray(0, 3 * SECOND))).toBe(true);
  await rm(away, { recursive: true });
});

test.each([
  {
    name: 'the copy with gain',
    start: { gain: 2 },
    taken: (name: string) => name.replace('.wav', '_gain.wav'),
  },
  {
    name: 'the mix',
    start: { tracks: ['user', 'assistant'] },
    taken: (name: string) => name.replace('user', 'mixed'),
  },
  {
    name: 'the mix that alone is kept',
    start: { tracks: ['user', 'assistant'], record: ['mixed'] },
    taken: (name: string) => name.replace('user', 'mixed'),
  },
])('a file that takes the name of $name while it is recorded is kept aside', async ({ start, taken }) => {
  const talk = await openTalk(start);
  await talk.send('user', near.subarray(0, 2 * SECOND));
  if ('tracks' in start) await talk.send('assistant', far.subarray(0, 2 * SECOND));
  const partial = await talk.partialOf('user');
  const name = taken(partial.slice(talk.folder.length + 1).replace('.partial', ''));
  await writeFile(join(talk.folder, name), strange);
  const { session } = await talk.stop();
  expect((await readFile(join(talk.folder, `${name}.aside`))).equals(strange)).toBe(true);
  expect(session.files.find(({ file_path }) => file_path.endsWith(`/${name}`))?.status).toBe('completed');
  expect((await masterSamples(join(talk.folder, name))).length).toBe(2 * SECOND);
});

test('a file that has the name of the next part does not end the recording, and is kept aside', async () => {
  const talk = await openTalk({ sample_rate: 8000, split_minutes: 1, on_limit: 'continue' });
  const minute = seededBytes(44, 8000 * 2 * 60);
  await talk.send('user', minute.subarray(0, 8000));
  const partial = await talk.partialOf('user');
  const next = partial.replace('.wav', '_p2.wav');
  await writeFile(next, strange);
  for (let at = 8000; at < minute.length; at += 160_000)
    await talk.send('user', minute.subarray(at, at + 160_000));
  await talk.send('user', near.subarray(0, SECOND));
  const { session } = await talk.stop();
  expect(session.files.map(({ part, status }) => [part, status])).toEqual([
    [1, 'completed'],
    [2, 'completed'],
  ]);
  const samples = await Promise.all(
    session.files.map(({ file_path }) => masterSamples(join(talk.folder, '..', file_path))),
  );
  expect(Buffer.concat(samples).equals(Buffer.concat([minute, near.subarray(0, SECOND)]))).toBe(true);
  expect((await readFile(`${next}.aside`)).equals(strange)).toBe(true);
  expect(talk.messages.filter(({ type }) => type === 'error')).toEqual([]);
});

test('a folder that is put in place of a master does not end it', async () => {
  const talk = await openTalk({});
  await talk.send('user', near.subarray(0, 2 * SECOND));
  const partial = await talk.partialOf('user');
  await rm(partial);
  await mkdir(partial);
  const { session } = await talk.stop();
  const file = session.files[0]?.file_path ?? '';
  expect((await masterSamples(join(talk.folder, '..', file))).equals(near.subarray(0, 2 * SECOND))).toBe(
    true,
  );
});
