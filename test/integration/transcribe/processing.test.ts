import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../../src-main/contract/settings.ts';
import { jobSchema, type RecogniserSettings } from '../../../src-main/contract/processing.ts';
import { DEFAULT_PROFILES } from '../../../src-main/contract/recording-profile.ts';
import { conversationSchema } from '../../../src-main/contract/transcript.ts';
import { sessionRecordSchema } from '../../../src-main/contract/session-record.ts';
import { beepPcm, type Beep } from '../../support/beeps.ts';
import type { ProtocolClient } from '../../support/protocol-client.ts';
import { openWebSocketHost, type ProtocolHost } from '../../support/protocol-hosts.ts';
import {
  openTranscriptionServer,
  type TranscriptionServerOptions,
} from '../../support/transcription-server.ts';

let host: ProtocolHost;
afterEach(() => host.dispose());

const beep = (hertz: number, startMs: number): Beep => ({ hertz, startMs, endMs: startMs + 600 });
const DIALOGUE = {
  user: [beep(450, 1200), beep(600, 2100), beep(700, 9200)],
  assistant: [beep(800, 5200), beep(950, 6100)],
} as const;
const SECONDS = 12;

/** Speaks the dialogue as a client that knows its own voices: a turn from the second before a beep to after its last. */
async function speak(client: ProtocolClient): Promise<void> {
  client.say({ action: 'start', format: 'wav', tracks: ['user', 'assistant'], placement: 'append' });
  await client.next('recording_started');
  const pcm = { user: beepPcm(SECONDS, DIALOGUE.user), assistant: beepPcm(SECONDS, DIALOGUE.assistant) };
  const turns = {
    user: [
      [1, 3],
      [9, 10],
    ],
    assistant: [[5, 7]],
  } as const;
  for (let second = 0; second < SECONDS; second++)
    for (const track of ['user', 'assistant'] as const) {
      if (turns[track].some(([from]) => from === second)) client.say({ action: 'vad_start', track });
      if (turns[track].some(([, to]) => to === second)) client.say({ action: 'vad_stop', track });
      const data = pcm[track].subarray(second * 32_000, (second + 1) * 32_000).toString('base64');
      client.say({ action: 'audio_chunk', track, data });
    }
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await host.ask?.(method, path, body);
  if (answer === undefined || answer.status >= 400) throw new Error(JSON.stringify(answer));
  return answer.body;
}

const conversationOf = async (id: string) =>
  conversationSchema.parse(await ask('GET', `/api/sessions/${id}/conversation`));
const sessionOf = async (id: string) => sessionRecordSchema.parse(await ask('GET', `/api/sessions/${id}`));
const textsOf = async (id: string) =>
  (await conversationOf(id)).lines.flatMap(({ role, text, turn_id, source }) =>
    text === null ? [] : [[role, text, turn_id !== null, source]],
  );

async function useServer(options: TranscriptionServerOptions = {}) {
  const server = await openTranscriptionServer(options);
  onTestFinished(() => server.close());
  const recogniser: RecogniserSettings = {
    kind: 'openai',
    base_url: server.baseUrl,
    model: 'whisper-1',
    language: null,
    max_upload_mb: 25,
    timeout_seconds: 60,
  };
  return { server, recogniser };
}

/** A program as a recogniser, in a shell script. */
async function useProgram(script: string): Promise<RecogniserSettings> {
  const program = join(host.dataDir, 'recogniser.sh');
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return {
    kind: 'command',
    program,
    args: ['{audio}'],
    output: 'stdout',
    format: 'text',
    language: null,
    model: null,
    timeout_seconds: 600,
  };
}

const SPOKEN = [
  ['user', 'w450 w600', true, 'recogniser'],
  ['assistant', 'w800 w950', true, 'recogniser'],
  ['user', 'w700', true, 'recogniser'],
];

test('after stop each turn gets its text, the client hears of it, and the session shows it', async () => {
  host = await openWebSocketHost({ transcribes: true });
  const { server, recogniser } = await useServer();
  await ask('PATCH', '/api/settings', { recogniser });
  const id = randomUUID();
  const client = await host.connect(id);
  await speak(client);
  client.say({ action: 'stop' });
  await client.next('recording_stopped');
  expect(await client.next('processing_started')).toMatchObject({
    message: 'Transcription started',
  });
  await client.next('processing_completed');
  expect(await textsOf(id)).toEqual(SPOKEN);
  const { lines } = await conversationOf(id);
  for (const [index, { hertz, startMs }] of [
    DIALOGUE.user[0],
    DIALOGUE.assistant[0],
    DIALOGUE.user[2],
  ].entries()) {
    const [word] = lines[index]?.words ?? [];
    expect(word?.text).toBe(`w${hertz}`);
    expect(Math.abs((word?.start_ms ?? 0) - startMs), 'in the time of the session').toBeLessThanOrEqual(20);
  }
  expect(server.requests.length, 'turns of one side go together').toBe(2);
  expect((await sessionOf(id)).processing).toMatchObject({ state: 'completed', progress: 1, error: null });
  expect(existsSync(join(host.dataDir, 'processing', id))).toBe(false);
});

test.each([
  ['words have no times', { words: false }],
  ['text has no times', { kinds: ['json'] }],
])('where %s, text still joins its own turn', async (_, options) => {
  host = await openWebSocketHost({ transcribes: true });
  const { recogniser } = await useServer(options);
  await ask('PATCH', '/api/settings', { recogniser });
  const id = randomUUID();
  const client = await host.connect(id);
  await speak(client);
  client.say({ action: 'stop' });
  await client.next('processing_completed');
  expect(await textsOf(id)).toEqual(SPOKEN);
});

test('a failure keeps everything, says what happened, and a retry goes on', async () => {
  host = await openWebSocketHost({ transcribes: true });
  await ask('PATCH', '/api/settings', {
    recogniser: { ...(await useProgram('')), program: '/nowhere/whisper-cli' },
  });
  const id = randomUUID();
  const client = await host.connect(id);
  await speak(client);
  client.say({ action: 'stop' });
  const { files } = await client.next('recording_stopped');
  expect(await client.next('processing_failed')).toMatchObject({
    code: 'RECOGNISER_UNAVAILABLE',
    message: expect.stringContaining('whisper-cli was not found') as string,
  });
  expect((await sessionOf(id)).processing).toMatchObject({
    state: 'failed',
    error: { code: 'RECOGNISER_UNAVAILABLE' },
  });
  for (const { file_path } of files)
    expect((await stat(join(host.dataDir, 'recordings', file_path))).size).toBeGreaterThan(SECONDS * 32_000);

  const { recogniser } = await useServer();
  await ask('PATCH', '/api/settings', { recogniser });
  await ask('POST', `/api/sessions/${id}/process`, {});
  await client.next('processing_completed');
  expect(await textsOf(id)).toEqual(SPOKEN);
});

test('what a person corrected stays, what was said live gives way, and a second run replaces the first', async () => {
  host = await openWebSocketHost({ transcribes: true });
  const { recogniser } = await useServer();
  const id = randomUUID();
  const client = await host.connect(id);
  await speak(client);
  client.say({ action: 'transcript', role: 'user', text: 'said live' });
  client.say({ action: 'transcript', role: 'assistant', text: 'heard live' });
  client.say({ action: 'stop' });
  await client.next('recording_stopped');
  const [line] = (await conversationOf(id)).lines.filter(({ text }) => text === 'heard live');
  await ask('PATCH', `/api/sessions/${id}/transcript/${line?.transcript_id}`, { text: 'corrected' });
  for (let run = 0; run < 2; run++) {
    await ask('POST', `/api/sessions/${id}/process`, { recogniser });
    await client.next('processing_completed');
    expect(await textsOf(id)).toEqual([SPOKEN[0], ['assistant', 'corrected', true, 'edited'], SPOKEN[2]]);
  }
});

test('cancelled, a job ends at once with its program, and can be asked for again', async () => {
  host = await openWebSocketHost({ transcribes: true });
  const recogniser = await useProgram(`echo $$ > ${join(host.dataDir, 'pid')}; sleep 600`);
  const id = randomUUID();
  const client = await host.connect(id);
  await speak(client);
  client.say({ action: 'stop' });
  await client.next('recording_stopped');
  const job = jobSchema.parse(await ask('POST', `/api/sessions/${id}/process`, { recogniser }));
  await until(() => existsSync(join(host.dataDir, 'pid')));
  expect(jobSchema.parse(await ask('POST', `/api/jobs/${job.id}/cancel`, {})).state).toBe('cancelled');
  expect(await client.next('processing_failed')).toMatchObject({ message: 'Transcription cancelled' });
  await until(async () => !isAlive(Number(await readFile(join(host.dataDir, 'pid'), 'utf8'))));
  const again = await useServer();
  await ask('POST', `/api/sessions/${id}/process`, { recogniser: again.recogniser });
  await client.next('processing_completed');
  expect(await textsOf(id)).toEqual(SPOKEN);
});

test('a kind of session that is not to be transcribed by itself is not', async () => {
  host = await openWebSocketHost({ transcribes: true });
  const { recogniser } = await useServer();
  const [first, ...others] = DEFAULT_PROFILES;
  const profiles = [{ ...first, name: 'Lecture', auto_transcribe: false }, ...others];
  await ask('PATCH', '/api/settings', { recogniser, profiles });
  const record = async (profile: object) => {
    const id = randomUUID();
    const client = await host.connect(id);
    client.say({ action: 'start', format: 'wav', tracks: ['user'], ...profile });
    client.sendAudio(beepPcm(2, [beep(450, 800)]));
    client.say({ action: 'stop' });
    await client.next('recording_stopped');
    return id;
  };
  const silent = await record({ profile: 'lecture' });
  await record({ profile: 'Meeting' });
  await record({});
  const { jobs } = z.object({ jobs: z.array(jobSchema) }).parse(await ask('GET', '/api/jobs'));
  expect(jobs.length).toBe(2);
  expect(jobs.map(({ session_id }) => session_id)).not.toContain(silent);
  expect((await sessionOf(silent)).processing).toBeUndefined();
});

test('a key is used, and never told', async () => {
  const said: string[] = [];
  host = await openWebSocketHost({ transcribes: true, log: (...words) => said.push(JSON.stringify(words)) });
  const KEY = 'sk-secret-123';
  const { server, recogniser } = await useServer({ apiKey: KEY });
  await ask('PATCH', '/api/settings', { recogniser });
  expect(await ask('GET', '/api/recogniser')).toEqual({ has_key: false });
  expect(await ask('POST', '/api/recogniser/try', { recogniser })).toMatchObject({
    error: { code: 'RECOGNISER_UNAVAILABLE' },
  });
  await ask('POST', '/api/recogniser/key', { base_url: server.baseUrl, key: KEY });
  expect(await ask('GET', '/api/recogniser')).toEqual({ has_key: true });
  expect(await ask('POST', '/api/recogniser/try', { recogniser })).toMatchObject({
    error: null,
    has_times: true,
    has_words: true,
  });
  expect((await stat(join(host.dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(await ask('GET', '/api/settings')) + said.join('')).not.toContain(KEY);
  const elsewhere = { ...recogniser, base_url: server.baseUrl.replace('127.0.0.1', 'localhost') };
  await ask('PATCH', '/api/settings', { recogniser: elsewhere });
  expect(await ask('GET', '/api/recogniser'), 'another server has another key').toEqual({ has_key: false });
});

test('who can reach Lectern from elsewhere cannot have programs run, servers asked or folders written to', async () => {
  host = await openWebSocketHost({ allowsReach: false });
  const recogniser = await useProgram('true');
  const server = {
    kind: 'openai',
    base_url: 'http://127.0.0.1:9/v1',
    model: 'whisper-1',
    language: null,
    max_upload_mb: 25,
    timeout_seconds: 5,
  };
  for (const [method, path, body] of [
    ['PATCH', '/api/settings', { recogniser }],
    [
      'PATCH',
      '/api/settings',
      {
        diarizer: {
          kind: 'command',
          program: 'x',
          args: [],
          output: 'stdout',
          model: null,
          timeout_seconds: 1,
        },
      },
    ],
    ['POST', '/api/recogniser/try', { recogniser }],
    ['POST', '/api/recogniser/try', { recogniser: server }],
    ['PATCH', '/api/settings', { recogniser: server }],
    ['PATCH', '/api/settings', { recordings_dir: '/tmp/elsewhere' }],
    ['PATCH', '/api/settings', { fallback_dir: '/tmp/elsewhere' }],
    [
      'PATCH',
      '/api/settings',
      {
        profiles: DEFAULT_SETTINGS.profiles.map((profile) => ({
          ...profile,
          recordings_dir: '/tmp/elsewhere',
        })),
      },
    ],
  ] as const)
    expect(await host.ask?.(method, path, body)).toMatchObject({ status: 403 });
});

test('voices of one side are told apart by a diarizer, and by RTTM from elsewhere', async () => {
  host = await openWebSocketHost({ transcribes: true });
  const { recogniser } = await useServer();
  const program = join(host.dataDir, 'diarizer.sh');
  // In the file that it is given the first turn comes first, then the second: margins of 0.25 s and a second between.
  await writeFile(
    program,
    '#!/bin/sh\necho "SPEAKER x 1 0 1.1 <NA> <NA> A"; echo "SPEAKER x 1 1.1 9 <NA> <NA> B"\n',
    { mode: 0o755 },
  );
  await ask('PATCH', '/api/settings', {
    recogniser,
    diarizer: {
      kind: 'command',
      program,
      args: ['{audio}'],
      output: 'stdout',
      model: null,
      timeout_seconds: 60,
    },
  });
  const id = randomUUID();
  const client = await host.connect(id);
  await speak(client);
  client.say({ action: 'stop' });
  expect(await client.next('processing_started')).toMatchObject({
    message: 'Transcription and diarization started',
  });
  await client.next('processing_completed');
  const speakers = async () =>
    (await conversationOf(id)).lines
      .filter(({ role }) => role === 'user')
      .map(({ speaker, text }) => [speaker, text]);
  expect(await speakers()).toEqual([
    ['A', 'w450'],
    ['B', 'w600'],
    ['B', 'w700'],
  ]);
  await ask('POST', `/api/sessions/${id}/diarization`, {
    track: 'user',
    rttm: 'SPEAKER x 1 0 5 <NA> <NA> Ann\nSPEAKER x 1 8 4 <NA> <NA> Bob\n',
  });
  expect(await speakers()).toEqual([
    ['Ann', 'w450'],
    ['Ann', 'w600'],
    ['Bob', 'w700'],
  ]);
});

test('a session without turns is transcribed as a whole', async () => {
  host = await openWebSocketHost({ transcribes: true });
  const { recogniser } = await useServer();
  const id = randomUUID();
  const client = await host.connect(id);
  client.say({ action: 'start', format: 'wav', sample_rate: 8000 });
  client.say({ action: 'vad_stop', track: 'user' });
  client.sendAudio(beepPcm(8, [beep(450, 1200), beep(700, 5200)], 8000));
  client.say({ action: 'stop' });
  await client.next('recording_stopped');
  await ask('POST', `/api/sessions/${id}/process`, { recogniser });
  await client.next('processing_completed');
  expect(await textsOf(id)).toEqual([
    ['user', 'w450', false, 'recogniser'],
    ['user', 'w700', false, 'recogniser'],
  ]);
  expect(await readdir(join(host.dataDir, 'processing'))).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
