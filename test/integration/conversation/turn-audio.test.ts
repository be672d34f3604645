import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import wavefile from 'wavefile';
import { DEFAULT_PROFILES, type RecordingProfile } from '../../../src-main/contract/recording-profile.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { audioSegmentSchema } from '../../../src-main/contract/audio-segment.ts';
import type { RecordingFile } from '../../../src-main/contract/session-record.ts';
import { writeTurnFile } from '../../../src-main/conversation/turn-files.ts';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import { PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { DEFAULT_SETTINGS } from '../../../src-main/contract/settings.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { createFilesRoute } from '../../../src-main/remote/files-route.ts';
import { G711_MULAW } from '../../support/g711-table.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { ask, startTestServer, withToken } from '../remote/test-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TRACKS = ['user', 'assistant'] as const;
const NOWHERE = '00000000-0000-4000-8000-000000000000';

interface CallOptions {
  readonly start?: object;
  readonly rate?: number;
  readonly bytesPerFrame?: number;
  /** Seconds between which a side speaks. */
  readonly turns: readonly (readonly [track: (typeof TRACKS)[number], from: number, to: number])[];
  /** Each turn's sound is on the disk before the turn ends. */
  readonly unhurried?: boolean;
  /** Called at the end, before the recording is stopped. */
  readonly beforeStop?: (told: readonly ServerMessage[]) => Promise<void>;
}

/** Records four seconds of noise on both sides, whose turns the client announces; gives the noise. */
async function recordCall(
  recorder: Recorder,
  id: string,
  { start, rate = 16_000, bytesPerFrame = 2, turns, unhurried = false, beforeStop }: CallOptions,
): Promise<Record<(typeof TRACKS)[number], Buffer>> {
  const received: ServerMessage[] = [];
  const connection = recorder.connect(id, { send: (message) => received.push(message) });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  const chunk = (rate / 10) * bytesPerFrame;
  const audio = { user: seededBytes(1, 40 * chunk), assistant: seededBytes(2, 40 * chunk) };
  await say({
    action: 'start',
    format: 'wav',
    framing: 'headed',
    sample_rate: rate,
    tracks: TRACKS,
    on_limit: 'continue',
    ...start,
  });
  for (let seq = 0; seq < 40; seq++) {
    for (const [track, from, to] of turns) {
      if (seq === from * 10) await say({ action: 'vad_start', track });
      if (seq === to * 10) {
        const isWritten = (message: ServerMessage) =>
          message.type === 'ack' && message.track === track && message.frames >= to * rate;
        if (unhurried) await expect.poll(() => received.some(isWritten), { timeout: 10_000 }).toBe(true);
        await say({ action: 'vad_stop', track });
      }
    }
    for (const [trackIndex, track] of TRACKS.entries()) {
      const samples = audio[track].subarray(seq * chunk, (seq + 1) * chunk);
      const frame = headedFrame({ trackIndex, seq, startFrame: (seq * rate) / 10 }, samples);
      await connection.receiveBinary(frame);
    }
  }
  await beforeStop?.(received);
  await say({ action: 'stop' });
  const errors = received.filter(({ type }) => type === 'error');
  expect(errors.filter((message) => message.type === 'error' && message.code !== 'DURATION_LIMIT')).toEqual(
    [],
  );
  return audio;
}

/** Whole seconds of a side's noise. */
const between = (audio: Buffer, from: number, to: number): Buffer =>
  audio.subarray(from * 32_000, to * 32_000);

/** What another reader finds in a WAV. */
function readSamples(wav: Buffer): { rate: number; bits: string; samples: Buffer } {
  const read = new wavefile.WaveFile(new Uint8Array(wav));
  const samples: unknown = Reflect.get(Object(read.data), 'samples');
  const rate: unknown = Reflect.get(Object(read.fmt), 'sampleRate');
  if (!(samples instanceof Uint8Array) || typeof rate !== 'number') throw new Error('not a WAV');
  return { rate, bits: read.bitDepth, samples: Buffer.from(samples) };
}

const segmentsOf = async (recorder: Recorder, id: string) =>
  (await recorder.handlers['sessions.get']({ id })).segments;

test('every turn is played by its own URL, to the sample, also where a part ended in it', async () => {
  const { recorder, dataDir } = await openOwnRecorder({
    limits: { ...PROTOCOL_LIMITS, maxDurationSeconds: 2 },
  });
  const audio = await recordCall(recorder, 'call', {
    turns: [
      ['user', 0.5, 1.5],
      ['user', 1.7, 2.5],
      ['assistant', 3, 3.5],
    ],
  });
  const { port } = await startTestServer(recorder);
  const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
  const rows = database
    .prepare('SELECT audio_url, byte_size, part, role FROM session_audio_segments ORDER BY start_ms')
    .all() as { audio_url: string; byte_size: number; part: number; role: string }[];
  database.close();
  expect(rows.map(({ role, part }) => [role, part])).toEqual([
    ['user', 1],
    ['user', 1],
    ['user', 2],
    ['assistant', 2],
  ]);
  const expected = [
    between(audio.user, 0.5, 1.5),
    between(audio.user, 1.7, 2),
    between(audio.user, 2, 2.5),
    between(audio.assistant, 3, 3.5),
  ];
  for (const [index, { audio_url, byte_size }] of rows.entries()) {
    const answer = await ask(port, audio_url, { headers: withToken });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'audio/wav', 'accept-ranges': 'bytes' });
    expect(answer.body.length).toBe(byte_size);
    const { rate, bits, samples } = readSamples(answer.body);
    expect([rate, bits]).toEqual([16_000, '16']);
    expect(samples.equals(expected[index] ?? Buffer.alloc(0)), audio_url).toBe(true);
  }
});

test('a player seeks in a turn, and nobody else hears it', async () => {
  const { recorder } = await openOwnRecorder();
  await recordCall(recorder, 'call', { turns: [['user', 1, 2]] });
  await recordCall(recorder, 'other', { turns: [['user', 1, 2]] });
  const { port } = await startTestServer(recorder);
  const [segment] = await segmentsOf(recorder, 'call');
  const path = `/api/sessions/call/segments/${segment?.segment_id}.wav`;
  const whole = (await ask(port, path, { headers: withToken })).body;
  expect(whole.length).toBe(44 + 32_000);
  for (const [range, first, last] of [
    ['bytes=0-9', 0, 9],
    ['bytes=40-99', 40, 99],
    ['bytes=44-', 44, whole.length - 1],
    ['bytes=-1000', whole.length - 1000, whole.length - 1],
  ] as const) {
    const part = await ask(port, path, { headers: { ...withToken, range } });
    expect([part.status, part.headers['content-range']]).toEqual([
      206,
      `bytes ${first}-${last}/${whole.length}`,
    ]);
    expect(part.body.equals(whole.subarray(first, last + 1)), range).toBe(true);
  }
  const head = await ask(port, path, { method: 'HEAD', headers: withToken });
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '32044', 0]);
  const download = await ask(port, `${path}?download=1`, { headers: withToken });
  expect(download.headers['content-disposition']).toContain(
    `attachment; filename="${segment?.segment_id}.wav"`,
  );
  const app = await createFilesRoute(recorder)(
    new Request(`app://lectern${path}`, { headers: { range: 'bytes=0-3' } }),
  );
  expect([app.status, await app.text()]).toEqual([206, 'RIFF']);

  expect((await ask(port, path)).status).toBe(401);
  expect((await ask(port, path, { headers: { ...withToken, origin: 'https://example.org' } })).status).toBe(
    403,
  );
  expect((await ask(port, path, { headers: { ...withToken, host: 'example.org' } })).status).toBe(403);
  for (const absent of [
    `/api/sessions/other/segments/${segment?.segment_id}.wav`,
    `/api/sessions/call/segments/${NOWHERE}.wav`,
    `/api/sessions/absent/segments/${segment?.segment_id}.wav`,
    '/api/sessions/call/segments/session.json',
    '/api/sessions/%2e%2e/segments/..%2fsession.json.wav',
  ])
    expect([absent, (await ask(port, absent, { headers: withToken })).status]).toEqual([absent, 404]);
});

test('a telephone call is played as 8 kHz PCM, and a turn that has ended while the call still goes on', async () => {
  const { recorder } = await openOwnRecorder();
  const { port } = await startTestServer(recorder);
  const played: Buffer[] = [];
  const audio = await recordCall(recorder, 'call', {
    rate: 8000,
    bytesPerFrame: 1,
    start: { encoding: 'mulaw' },
    turns: [['assistant', 1, 2]],
    beforeStop: async (received) => {
      // Its end is told once the other side has been heard so far too.
      expect(received.map(({ type }) => type)).toContain('turn_ended');
      const [running] = await segmentsOf(recorder, 'call');
      const path = `/api/sessions/call/segments/${running?.segment_id}.wav`;
      played.push((await ask(port, path, { headers: withToken })).body);
    },
  });
  const [segment] = await segmentsOf(recorder, 'call');
  const path = `/api/sessions/call/segments/${segment?.segment_id}.wav`;
  played.push((await ask(port, path, { headers: withToken })).body);
  const spoken = Int16Array.from(audio.assistant.subarray(8000, 16_000), (byte) => G711_MULAW[byte] ?? NaN);
  for (const wav of played)
    expect(readSamples(wav)).toEqual({ rate: 8000, bits: '16', samples: Buffer.from(spoken.buffer) });
});

test('turns are written as files when asked for, once, and what is in them outlives the recording', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  const audio = await recordCall(recorder, 'call', {
    turns: [
      ['user', 1, 2],
      ['assistant', 2, 3],
    ],
  });
  const folder = join(dataDir, 'recordings', 'call');
  const before = await readdir(folder);
  const { files: ofUser } = await recorder.handlers['sessions.turn_files']({ id: 'call', role: 'user' });
  expect(ofUser).toHaveLength(1);
  const { files } = await recorder.handlers['sessions.turn_files']({ id: 'call' });
  const segments = await segmentsOf(recorder, 'call');
  expect(files.map(({ file_path }) => file_path)).toEqual(
    segments.map(({ segment_id }) => `call/${segment_id}.wav`),
  );
  expect(segments.map(({ file, segment_id }) => file === `${segment_id}.wav`)).toEqual([true, true]);
  const added = (await readdir(folder)).filter((name) => !before.includes(name));
  expect(added.toSorted()).toEqual(segments.map(({ file }) => file).toSorted());
  const [first] = segments;
  const path = join(folder, first?.file ?? '');
  expect(readSamples(await readFile(path)).samples.equals(between(audio.user, 1, 2))).toBe(true);
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  // Asked again, one that is whole stays as it is; one that a power cut has emptied is made again.
  const { mtimeMs } = await stat(path);
  await writeFile(join(folder, segments[1]?.file ?? ''), '');
  await recorder.handlers['sessions.turn_files']({ id: 'call' });
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  const mended = await readFile(join(folder, segments[1]?.file ?? ''));
  expect(readSamples(mended).samples.equals(between(audio.assistant, 2, 3))).toBe(true);

  for (const name of before.filter((each) => /^user.*\.wav$/.test(each))) await rm(join(folder, name));
  const { port } = await startTestServer(recorder);
  const answer = await ask(port, `/api/sessions/call/segments/${first?.segment_id}.wav`, {
    headers: withToken,
  });
  expect(readSamples(answer.body).samples.equals(between(audio.user, 1, 2))).toBe(true);
});

test('a profile has each turn written as it ends, also of a side that it keeps in the mix alone', async () => {
  const profile: RecordingProfile = {
    ...DEFAULT_PROFILES[1]!,
    name: 'Turns',
    record_user_audio: false,
    record_assistant_audio: false,
    write_turn_files: true,
  };
  const dataDir = await temporaryFolder();
  const settings = { ...DEFAULT_SETTINGS, profiles: [...DEFAULT_PROFILES, profile] };
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings));
  const { recorder } = await openOwnRecorder({ dataDir });
  const folder = join(dataDir, 'recordings', 'call');
  const audio = await recordCall(recorder, 'call', {
    start: { profile: 'Turns' },
    turns: [
      ['user', 1, 2],
      ['assistant', 3, 4],
    ],
    unhurried: true,
    beforeStop: async () => {
      await expect
        .poll(async () => (await segmentsOf(recorder, 'call'))[0]?.file, { timeout: 10_000 })
        .toBeTruthy();
    },
  });
  const segments = await segmentsOf(recorder, 'call');
  const names = await readdir(folder);
  expect(names.filter((name) => /^(user|assistant)_/.test(name))).toEqual([]);
  expect(names.filter((name) => name.endsWith('.new'))).toEqual([]);
  const samples = await Promise.all(
    segments.map(async ({ file }) => readSamples(await readFile(join(folder, file ?? ''))).samples),
  );
  // The second side speaks until the end of the recording.
  expect(samples.map((bytes) => bytes.length)).toEqual([32_000, 32_000]);
  expect(samples[0]?.equals(between(audio.user, 1, 2))).toBe(true);
  expect(samples[1]?.equals(between(audio.assistant, 3, 4))).toBe(true);

  // Without that, what is left is the mix.
  await recordCall(recorder, 'mixed', { start: { record: ['mixed'] }, turns: [['user', 1, 2]] });
  const { port } = await startTestServer(recorder);
  const [segment] = await segmentsOf(recorder, 'mixed');
  const url = `/api/sessions/mixed/segments/${segment?.segment_id}.wav`;
  const heard = readSamples((await ask(port, url, { headers: withToken })).body).samples;
  const [mix] = (await readdir(join(dataDir, 'recordings', 'mixed'))).filter((name) =>
    name.startsWith('mixed'),
  );
  const all = readSamples(await readFile(join(dataDir, 'recordings', 'mixed', mix ?? ''))).samples;
  expect(heard.equals(between(all, 1, 2))).toBe(true);
});

test('a turn whose own sound is still on its way is not cut from the mix, which may be ahead of it', async () => {
  const folder = await temporaryFolder();
  const header = createWavHeader({ sampleRate: 16_000, channels: 1, mayExceed4GiB: false });
  const noise = { user: seededBytes(1, 64_000), mixed: seededBytes(2, 64_000) };
  const write = (name: string, samples: Buffer) =>
    writeFile(join(folder, name), Buffer.concat([header.forSizes(samples.length, 0), samples]));
  await write('user_1.wav.partial', noise.user.subarray(0, 48_000));
  await write('mixed_1.wav.partial', noise.mixed);
  const master = (type: 'user' | 'mixed'): RecordingFile => ({
    type,
    format: 'wav',
    file_path: `call/${type}_1.wav`,
    url: '',
    byte_size: 0,
    duration_ms: 0,
    part: 1,
    master: true,
    gain: 1,
    status: 'recording',
  });
  const segment = audioSegmentSchema.parse({
    segment_id: NOWHERE,
    turn_id: NOWHERE,
    role: 'user',
    part: 1,
    start_frame: 16_000,
    frame_count: 16_000,
    start_ms: 1000,
    end_ms: 2000,
    started_at: '2026-01-01T09:00:01Z',
    ended_at: '2026-01-01T09:00:02Z',
    interrupted: false,
  });
  const session = { files: [master('user'), master('mixed')] };
  const whileRecorded = () => writeTurnFile(session, segment, [folder], { mayBeMix: false });
  expect(await whileRecorded()).toBeUndefined();
  await write('user_1.wav.partial', noise.user);
  const path = await whileRecorded();
  expect(readSamples(await readFile(path ?? '')).samples.equals(noise.user.subarray(32_000))).toBe(true);
});
