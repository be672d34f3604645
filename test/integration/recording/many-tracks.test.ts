import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RecordingType, Track } from '../../../src-main/contract/audio-format.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { referenceMix, voice } from '../../support/mix-reference.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { nextWhole } from '../../support/protocol-client.ts';
import { openWebSocketHost } from '../../support/protocol-hosts.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { noEncoder } from '../../support/test-recorder.ts';

const RATE = 16_000;
const SECONDS = 8;
/** Some are called as things that every object has, one as the name of a file of another track. */
const TRACKS: readonly Track[] = ['guest-1', 'user', '__proto__', 'constructor', 'user_2', 'assistant'];
const AUDIO = new Map(TRACKS.map((track, index) => [track, voice(20 + index, RATE * SECONDS, 9000)]));
const audioOf = (track: Track): Buffer => AUDIO.get(track) ?? Buffer.alloc(0);
const MIX = referenceMix([...AUDIO.values()], RATE);

const START = { action: 'start', format: 'wav', tracks: TRACKS, framing: 'headed' };

function* chunks(): Generator<{ track: Track; frame: Uint8Array<ArrayBuffer> }> {
  for (let at = 0, seq = 0; at < RATE * 2 * SECONDS; at += RATE, seq++)
    for (const [trackIndex, track] of TRACKS.entries()) {
      const samples = audioOf(track).subarray(at, at + RATE);
      yield { track, frame: headedFrame({ trackIndex, seq, startFrame: at / 2 }, samples) };
    }
}

async function openHost() {
  const host = await openWebSocketHost();
  onTestFinished(() => host.dispose());
  return host;
}

/** All of it acknowledged, and then a kill. */
async function killedCall(record?: readonly RecordingType[], keepCatalog = true): Promise<string> {
  const { recorder, dataDir } = await openOwnRecorder({ encoder: noEncoder });
  const connection = recorder.connect('call', { send: () => undefined });
  await connection.receiveText(JSON.stringify({ ...START, ...(record === undefined ? {} : { record }) }));
  for (const { frame } of chunks()) await connection.receiveBinary(frame);
  const folder = join(dataDir, 'recordings', 'call');
  for (;;) {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.wav.partial'));
    const sizes = new Map<string, number>();
    for (const name of names) sizes.set(name, (await readFile(join(folder, name))).length);
    const isThere = ([name, size]: [string, number]): boolean =>
      size >= RATE * 2 * (name.startsWith('mixed_') ? SECONDS - 2 : SECONDS);
    const wanted = TRACKS.length + (record === undefined || record.includes('mixed') ? 1 : 0);
    if (sizes.size === wanted && [...sizes].every(isThere)) break;
  }
  return copyAsAfterKill(dataDir, { keepCatalog });
}

async function relaunched(dataDir: string): Promise<SessionRecord> {
  const { recorder } = await openOwnRecorder({ dataDir, encoder: noEncoder });
  return recorder.handlers['sessions.get']({ id: 'call' });
}

const pathOf = (dataDir: string, session: Pick<SessionRecord, 'files'>, type: RecordingType): string =>
  join(
    dataDir,
    'recordings',
    session.files.find((file) => file.type === type && file.status === 'completed')?.file_path ??
      `no ${type}`,
  );

const partialIn = async (dataDir: string, track: Track): Promise<string> => {
  const folder = join(dataDir, 'recordings', 'call');
  const name = (await readdir(folder)).find((entry) =>
    new RegExp(`^${track}_\\d+\\.wav\\.partial$`).test(entry),
  );
  return join(folder, name ?? `no ${track}`);
};

test('six tracks of any names are each kept to the sample, beside the mix of all', async () => {
  const host = await openHost();
  const client = await host.connect('call');
  client.say(START);
  expect((await client.next('recording_started')).tracks).toEqual(TRACKS);
  for (const { frame } of chunks()) client.sendAudio(frame);
  client.say({ action: 'transcript', role: 'guest-1', text: 'good morning' });
  client.say({ action: 'transcript', role: '__proto__', text: 'the weather is beautiful' });
  client.say({ action: 'stop' });
  const stopped = await nextWhole(client);
  expect(stopped.files.map(({ type }) => type).toSorted()).toEqual([...TRACKS, 'mixed'].toSorted());
  for (const track of TRACKS)
    expect(
      (await masterSamples(join(host.dataDir, 'recordings', fileOf(stopped.files, track)))).equals(
        audioOf(track),
      ),
    ).toBe(true);
  const mix = await masterSamples(join(host.dataDir, 'recordings', fileOf(stopped.files, 'mixed')));
  expect(mix.equals(MIX)).toBe(true);
  expect(stopped.report.tracks.map(({ track, captured }) => [track, captured])).toEqual(
    TRACKS.map((track) => [track, RATE * SECONDS]),
  );

  const listed = await host.ask?.('GET', '/api/sessions/call');
  expect(listed?.body).toMatchObject({ tracks: TRACKS, status: 'completed' });
  const conversation = await host.ask?.('GET', '/api/sessions/call/conversation');
  expect(conversation?.body).toMatchObject({
    lines: expect.arrayContaining([
      expect.objectContaining({ role: 'guest-1', text: 'good morning' }),
      expect.objectContaining({ role: '__proto__', text: 'the weather is beautiful' }),
    ]) as unknown,
  });
  const waveform = await host.ask?.('GET', '/api/sessions/call/waveform?track=guest-1&points=10');
  expect(waveform).toMatchObject({ status: 200, body: { track: 'guest-1' } });
});

test('a text of a track that its session does not have is refused, with those that it has', async () => {
  const { recorder } = await openOwnRecorder({ encoder: noEncoder });
  const connection = recorder.connect('call', { send: () => undefined });
  await connection.receiveText(JSON.stringify(START));
  for (const { frame } of chunks()) await connection.receiveBinary(frame);
  await connection.receiveText(JSON.stringify({ action: 'stop' }));
  const add = (role: Track) =>
    recorder.handlers['sessions.transcript.add']({ id: 'call', role, text: 'good morning', start_ms: 0 });
  await expect(add('guest-2')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: `role: expected a track of this session (${TRACKS.join(', ')}), got "guest-2"`,
  });
  await add('constructor');
  const { text } = await recorder.handlers['sessions.transcript.export']({ id: 'call', format: 'txt' });
  expect(text).toContain('good morning');
  await expect(
    recorder.handlers['sessions.transcript.export']({ id: 'call', format: 'txt', role: 'nobody' }),
  ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(
    recorder.handlers['sessions.turn_files']({ id: 'call', role: 'nobody' }),
  ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});

test.each([
  ['mixed, which is the mix', ['user', 'mixed']],
  ['capitals', ['User']],
  ['a path', ['../up']],
  ['33 characters', ['a'.repeat(33)]],
  ['nothing', ['']],
  ['the same twice', ['guest', 'guest']],
  ['17 of them', Array.from({ length: 17 }, (_, index) => `t${index}`)],
])('a start with tracks that are called %s is refused', async (_, tracks) => {
  const host = await openHost();
  const client = await host.connect('call');
  client.say({ ...START, tracks });
  expect(await client.next('error')).toMatchObject({ code: 'INVALID_MESSAGE' });
});

test.each([
  ['with what was written down', true],
  ['from its folder alone, without a catalog', false],
])('after a kill every track and the mix are there to the sample, %s', async (_, keepCatalog) => {
  const dataDir = await killedCall(undefined, keepCatalog);
  const session = await relaunched(dataDir);
  expect(session.status).toBe('recovered');
  for (const track of TRACKS)
    expect((await masterSamples(pathOf(dataDir, session, track))).equals(audioOf(track))).toBe(true);
  expect((await masterSamples(pathOf(dataDir, session, 'mixed'))).equals(MIX)).toBe(true);
});

test('after a kill the tracks are known by their files, where nothing else is left', async () => {
  const dataDir = await killedCall(undefined, false);
  await rm(join(dataDir, 'recordings', 'call', 'session.json'));
  const session = await relaunched(dataDir);
  expect(session.tracks.toSorted()).toEqual(TRACKS.toSorted());
  for (const track of TRACKS)
    expect((await masterSamples(pathOf(dataDir, session, track))).equals(audioOf(track))).toBe(true);
  expect((await masterSamples(pathOf(dataDir, session, 'mixed'))).equals(MIX)).toBe(true);
});

test('of a call that keeps its mix alone, the tracks go once the mix of all is proven', async () => {
  const dataDir = await killedCall(['mixed']);
  const session = await relaunched(dataDir);
  expect(session.files.map(({ type }) => type)).toEqual(['mixed']);
  expect((await masterSamples(pathOf(dataDir, session, 'mixed'))).equals(MIX)).toBe(true);
  expect(
    (await readdir(join(dataDir, 'recordings', 'call'))).filter((name) => name.endsWith('.wav')),
  ).toHaveLength(1);
});

test('of a call that keeps its mix alone, all that is left stays where one track is damaged', async () => {
  const dataDir = await killedCall(['mixed']);
  await truncate(await partialIn(dataDir, 'guest-1'), 44 + RATE * 2);
  const session = await relaunched(dataDir);
  for (const track of TRACKS) {
    const expected = track === 'guest-1' ? audioOf(track).subarray(0, RATE * 2) : audioOf(track);
    expect((await masterSamples(pathOf(dataDir, session, track))).equals(expected)).toBe(true);
  }
  const mix = await masterSamples(pathOf(dataDir, session, 'mixed'));
  expect(mix.equals(MIX.subarray(0, mix.length))).toBe(true);
  expect(mix.length).toBeGreaterThan(RATE * 2 * 5);
});

function fileOf(files: readonly { type: string; file_path: string }[], type: string): string {
  return files.find((file) => file.type === type)?.file_path ?? `no ${type}`;
}
