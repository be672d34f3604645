import { spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { retryOf } from '../../../src-main/transcribe/failures.ts';
import { createRecogniser } from '../../../src-main/transcribe/create-recogniser.ts';
import type { RecogniserTools } from '../../../src-main/transcribe/recogniser.ts';
import { beepPcm } from '../../support/beeps.ts';
import {
  type Instead,
  openTranscriptionServer,
  type TranscriptionServerOptions,
} from '../../support/transcription-server.ts';
import { calmly, openTools, wavOf } from './recogniser-tools.ts';

const KEY = 'sk-test-0123456789';

async function openServer(options: TranscriptionServerOptions = {}) {
  const server = await openTranscriptionServer(options);
  onTestFinished(() => server.close());
  return server;
}

async function recogniserOf(
  baseUrl: string,
  {
    maxUploadMb = 25,
    timeoutSeconds = 30,
    ...overrides
  }: Partial<RecogniserTools> & { maxUploadMb?: number; timeoutSeconds?: number } = {},
) {
  const { tools, waits } = await openTools(overrides);
  const recogniser = createRecogniser(
    {
      kind: 'openai',
      base_url: baseUrl,
      model: 'whisper-1',
      language: 'en',
      max_upload_mb: maxUploadMb,
      timeout_seconds: timeoutSeconds,
    },
    tools,
  );
  return { recogniser, waits };
}

const spoken = [
  { hertz: 450, startMs: 500, endMs: 900 },
  { hertz: 600, startMs: 1200, endMs: 1600 },
  { hertz: 800, startMs: 5000, endMs: 5500 },
];
const piece = { pcm: beepPcm(6, spoken), sampleRate: 16_000 };

test('words come with their times, and the key and what is asked for with the request', async () => {
  const server = await openServer({ apiKey: KEY });
  const { recogniser } = await recogniserOf(server.baseUrl, { apiKey: KEY });
  const texts = await recogniser.recognise(piece, calmly);
  expect(texts.map(({ text, start_ms, end_ms }) => [text, start_ms, end_ms])).toEqual([
    ['w450 w600', 500, 1600],
    ['w800', 5000, 5500],
  ]);
  expect(texts[0]?.words).toEqual([
    { text: 'w450', start_ms: 500, end_ms: 900 },
    { text: 'w600', start_ms: 1200, end_ms: 1600 },
  ]);
  expect(server.requests).toMatchObject([
    {
      authorization: `Bearer ${KEY}`,
      fields: {
        model: ['whisper-1'],
        language: ['en'],
        response_format: ['verbose_json'],
        'timestamp_granularities[]': ['segment', 'word'],
      },
      fileName: 'audio.wav',
      seconds: 6,
    },
  ]);
});

/** A minute and a half with a word every two seconds, of a pitch of its own. */
const longSpeech = Array.from({ length: 45 }, (_, index) => ({
  hertz: 300 + index * 50,
  startMs: index * 2000 + 400,
  endMs: index * 2000 + 1100,
}));
const longPiece = { pcm: beepPcm(90, longSpeech), sampleRate: 16_000 };

const wordsOf = (
  texts: Awaited<ReturnType<Awaited<ReturnType<typeof recogniserOf>>['recogniser']['recognise']>>,
) => texts.flatMap(({ words }) => words ?? []);

function expectLongSpeech(words: ReturnType<typeof wordsOf>, toleranceMs: number): void {
  expect(words.map(({ text }) => text)).toEqual(longSpeech.map(({ hertz }) => `w${hertz}`));
  for (const [index, { start_ms, end_ms }] of words.entries()) {
    expect(Math.abs(start_ms - longSpeech[index]!.startMs)).toBeLessThanOrEqual(toleranceMs);
    expect(Math.abs(end_ms - longSpeech[index]!.endMs)).toBeLessThanOrEqual(toleranceMs);
  }
}

test('audio above the size that the server takes is cut in pauses and put together with the right times', async () => {
  const server = await openServer({ maxBytes: 0.5 * 1024 * 1024 });
  const { recogniser } = await recogniserOf(server.baseUrl, { maxUploadMb: 0.5 });
  let progress = 0;
  const texts = await recogniser.recognise(longPiece, {
    ...calmly,
    onProgress: (fraction) => (progress = fraction),
  });
  expectLongSpeech(wordsOf(texts), 10);
  expect(server.arrived).toBe(server.requests.length);
  expect(server.requests.length).toBeGreaterThanOrEqual(6);
  expect(progress).toBe(1);
});

test('a server that takes less than it was said to is given less, once it has said so', async () => {
  const server = await openServer({ maxBytes: 1024 * 1024 });
  const { recogniser } = await recogniserOf(server.baseUrl);
  expectLongSpeech(wordsOf(await recogniser.recognise(longPiece, calmly)), 10);
  expect(server.arrived - server.requests.length, 'uploads that were refused').toBeLessThanOrEqual(3);
});

test('over a slow line audio is compressed; where the server cannot read that, it gets a WAV', async () => {
  const compress: RecogniserTools['compress'] = (each) => {
    const args = ['-v', 'error', '-i', '-', '-c:a', 'libopus', '-b:a', '32k', '-f', 'ogg', '-'];
    const { stdout } = spawnSync('ffmpeg', args, { input: wavOf(each), maxBuffer: 2 ** 26 });
    return Promise.resolve({ bytes: stdout, fileName: 'audio.ogg', contentType: 'audio/ogg' });
  };
  // This machine under a name that does not look like it.
  const elsewhere = (baseUrl: string) => baseUrl.replace('127.0.0.1', '[::ffff:127.0.0.1]');
  const server = await openServer();
  const { recogniser } = await recogniserOf(elsewhere(server.baseUrl), { compress });
  expectLongSpeech(wordsOf(await recogniser.recognise(longPiece, calmly)), 40);
  expect(server.requests).toMatchObject([{ fileName: 'audio.ogg' }]);
  expect(server.requests[0]?.fileBytes).toBeLessThan(longPiece.pcm.byteLength / 4);

  const plain = await openServer({ extensions: ['.wav'] });
  const other = await recogniserOf(elsewhere(plain.baseUrl), { compress });
  expect((await other.recogniser.recognise(piece, calmly)).length).toBe(2);
  await other.recogniser.recognise(piece, calmly);
  expect(plain.requests.map(({ fileName }) => fileName)).toEqual(['audio.wav', 'audio.wav']);
  expect(plain.arrived).toBe(3);
});

test.each([
  ['json', 'w450 w600 w800'],
  ['text', 'w450 w600 w800'],
])('a model that answers in %s alone is asked for that', async (kind, text) => {
  const server = await openServer({ kinds: [kind] });
  const { recogniser } = await recogniserOf(server.baseUrl);
  for (let time = 0; time < 2; time++)
    expect(await recogniser.recognise(piece, calmly)).toEqual([
      { text, start_ms: null, end_ms: null, words: null, speaker: null },
    ]);
  expect(
    server.requests.map(({ fields }) => fields['response_format']),
    'asked in vain only once',
  ).toEqual([[kind], [kind]]);
});

test('a server that fails, is busy or drops the line is asked again, when it wants to be', async () => {
  const server = await openServer({
    instead: (number) =>
      number === 0
        ? { status: 500, body: '<html>Internal Server Error</html>' }
        : number === 1
          ? { status: 429, headers: { 'Retry-After': '7' } }
          : number === 3
            ? 'drop'
            : undefined,
  });
  const { recogniser, waits } = await recogniserOf(server.baseUrl);
  expect((await recogniser.recognise(piece, calmly)).length).toBe(2);
  expect((await recogniser.recognise(piece, calmly)).length).toBe(2);
  expect(waits).toEqual([1000, 7000, 1000]);
});

test('a server that wants more patience is left to the queue, with the time it asked for', async () => {
  const server = await openServer({
    instead: (): Instead => ({ status: 503, headers: { 'Retry-After': 'Wed, 01 Jan 2025 00:10:00 GMT' } }),
  });
  const { recogniser, waits } = await recogniserOf(server.baseUrl);
  const error: unknown = await recogniser.recognise(piece, calmly).catch((failure: unknown) => failure);
  expect(retryOf(error)).toMatchObject({ again: true, afterMs: 600_000 });
  expect(waits).toEqual([]);
  expect(server.arrived).toBe(1);
});

test.each([
  [
    'a wrong key',
    { apiKey: 'another' },
    'RECOGNISER_UNAVAILABLE',
    /refused the key \(status 401\), saying: Incorrect API key provided: \.\.\./,
    false,
  ],
  [
    'garbage',
    { instead: (): Instead => ({ status: 200, body: '{"segments": [oops' }) },
    'RECOGNISER_FAILED',
    /could not be understood. Expected JSON, got "\{/,
    true,
  ],
  [
    'JSON of another kind',
    { instead: (): Instead => ({ status: 200, body: '{"result":[]}' }) },
    'RECOGNISER_FAILED',
    /Expected Whisper's JSON.* an object with result/,
    true,
  ],
  [
    'text far outside the audio',
    { instead: (): Instead => ({ status: 200, body: '{"segments":[{"start":500,"end":501,"text":"x"}]}' }) },
    'RECOGNISER_FAILED',
    /gave text at 500 s; expected times within the 6.0 s/,
    true,
  ],
  [
    'a book',
    { instead: (): Instead => ({ status: 200, body: JSON.stringify({ text: 'x'.repeat(200_000) }) }) },
    'RECOGNISER_FAILED',
    /200000 characters of text for 6.0 s/,
    true,
  ],
  [
    'an endless answer',
    { instead: (): Instead => 'flood' as const },
    'RECOGNISER_FAILED',
    /answered with more than 16777216 bytes/,
    true,
  ],
  [
    'errors only',
    {
      instead: (): Instead => ({
        status: 500,
        body: '{"error":{"message":"CUDA out of memory at /home/me/models/x.bin"}}',
      }),
    },
    'RECOGNISER_FAILED',
    /status 500, saying: CUDA out of memory at \.\.\.\/x\.bin$/,
    true,
  ],
  [
    'a redirection',
    { instead: (): Instead => ({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }) },
    'RECOGNISER_UNAVAILABLE',
    /sends us elsewhere/,
    false,
  ],
  [
    'no such model',
    {
      instead: (): Instead => ({
        status: 404,
        body: '{"error":{"message":"The model `whisper-1` does not exist"}}',
      }),
    },
    'RECOGNISER_UNAVAILABLE',
    /does not exist/,
    false,
  ],
  ['a refusal of any size', { maxBytes: 10 }, 'RECOGNISER_FAILED', /takes no upload of this size/, false],
] as const)('%s is told for what it is', async (_, options, code, message, again) => {
  const server = await openServer(options);
  const { recogniser } = await recogniserOf(server.baseUrl, { apiKey: KEY });
  const error: unknown = await recogniser.recognise(piece, calmly).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(String(error)).not.toContain(KEY);
  expect(retryOf(error).again).toBe(again);
});

test('a server that is not there, or does not answer, is not waited for', async () => {
  const server = await openServer({ instead: (): Instead => 'hang' });
  const { recogniser, waits } = await recogniserOf(server.baseUrl, { timeoutSeconds: 0.2 });
  await expect(recogniser.recognise(piece, calmly)).rejects.toThrow(/did not answer within 0.2 s/);
  expect(server.arrived, 'one more try would take as long').toBe(1);
  await server.close();
  await expect(recogniser.recognise(piece, calmly)).rejects.toMatchObject({
    code: 'RECOGNISER_UNAVAILABLE',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
  expect(waits).toEqual([1000, 4000]);
});

test('a request ends when it is cancelled', async () => {
  const server = await openServer({ instead: (): Instead => 'hang' });
  const { recogniser } = await recogniserOf(server.baseUrl);
  const cancelling = new AbortController();
  const asked = recogniser.recognise(piece, { ...calmly, signal: cancelling.signal });
  await server.arrival();
  cancelling.abort(new Error('never mind'));
  await expect(asked).rejects.toThrow('never mind');
});
