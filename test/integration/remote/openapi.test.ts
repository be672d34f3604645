import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { httpRoutes } from '../../../src-main/contract/http-routes.ts';
import { conversationSchema } from '../../../src-main/contract/transcript.ts';
import { createAccess } from '../../../src-main/remote/access.ts';
import { createHttpApp } from '../../../src-main/remote/http-app.ts';
import { openApiDocument, type OpenApiOperation } from '../../../src-main/reference/openapi.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { createInbox, nextWhole } from '../../support/protocol-client.ts';
import { type Answer, ask, startTestServer, stubRecorder, TOKEN, withToken } from './test-server.ts';

const document = openApiDocument('1.2.3');
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'lectern', ...document });

const described = new Map<string, { path: string; method: string; operation: OpenApiOperation }>();
for (const [path, methods] of Object.entries(document.paths))
  for (const [method, operation] of Object.entries(methods))
    described.set(operation.operationId, { path, method: method.toUpperCase(), operation });

it('has every route of the server in the document, and no other', () => {
  const app = createHttpApp({
    recorder: stubRecorder(),
    access: createAccess({ token: TOKEN, hostNames: ['127.0.0.1'], port: 1 }),
    version: '1.2.3',
    rendererDir: '/nowhere',
    log: () => undefined,
  });
  const served = app.routes
    // What looks at every request, and the files of the built page.
    .filter(({ method, path }) => method !== 'ALL' && !(method === 'GET' && path === '/*'))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const inDocument = [...described.values()]
    .map(({ path, method }) => `${method} ${path}`)
    .filter((route) => !route.startsWith('GET /ws/'));
  expect(new Set(served).size).toBe(served.length);
  expect(served.sort()).toEqual(inDocument.sort());
});

it('answers everything in the document as the document says', async () => {
  const { recorder } = await openOwnRecorder();
  const { port } = await startTestServer(recorder);
  const asked = new Set<string>();

  /** Asks for an operation by its name; what comes has a status of the document, and a body of its schema. */
  const call = async (
    name: string,
    input: Record<string, string | number> = {},
    { body, headers = {} }: { body?: object | Buffer; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const { path, method, operation } = described.get(name)!;
    const rest = new Map(Object.entries(input));
    const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => {
      const value = String(rest.get(key));
      rest.delete(key);
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams([...rest].map(([key, value]) => [key, String(value)]));
    const answer = await ask(port, query.size > 0 ? `${filled}?${query}` : filled, {
      method,
      headers: { ...withToken, ...headers },
      ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
    });
    expectDocumented(name, operation, answer);
    asked.add(name);
    return answer;
  };
  const json = ({ body }: Answer): Record<string, unknown> =>
    JSON.parse(body.toString()) as Record<string, unknown>;
  const expectStatus = async (status: number, called: Promise<Answer>): Promise<Answer> => {
    const answer = await called;
    expect([answer.status, answer.status === status ? '' : answer.body.toString()]).toEqual([status, '']);
    return answer;
  };

  // A session with a turn, recorded over its socket.
  const id = 'walked';
  const inbox = createInbox();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${id}?token=${TOKEN}`);
  socket.addEventListener('message', ({ data }) => inbox.deliver(String(data)));
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const say = (message: object): void => socket.send(JSON.stringify(message));
  say({ action: 'start', format: 'wav' });
  await inbox.next('recording_started');
  say({ action: 'vad_start' });
  const loud = Buffer.alloc(32_000, 0x21).toString('base64');
  say({ action: 'audio_chunk', data: loud, seq: 0 });
  say({ action: 'transcript', role: 'user', text: 'good morning' });
  say({ action: 'vad_stop' });
  say({ action: 'audio_chunk', data: loud, seq: 1 });
  say({ action: 'stop' });
  const { files } = await nextWhole(inbox);
  socket.close();
  await expect.poll(() => recorder.activeSessions()).toEqual([]);
  const name = files[0]!.file_path.split('/').at(-1)!;

  await expectStatus(200, call('server.health'));
  await expectStatus(200, call('server.metrics'));
  const served = await expectStatus(200, call('server.openapi'));
  expect(json(served)).toEqual(JSON.parse(JSON.stringify(document)));
  await expectStatus(200, call('app.window'));
  await expectStatus(200, call('app.info'));
  await expectStatus(200, call('sessions.list', { limit: 10 }));
  await expectStatus(400, call('sessions.list', { limit: 'many' }));
  await expectStatus(200, call('sessions.get', { id }));
  await expectStatus(404, call('sessions.get', { id: 'nobody' }));
  await expectStatus(200, call('sessions.update', { id }, { body: { title: 'Morning', notes: 'x' } }));
  await expectStatus(400, call('sessions.update', { id }, { body: { titel: 'Morning' } }));
  await expectStatus(413, call('sessions.update', { id }, { body: { notes: 'x'.repeat(300_000) } }));
  await expectStatus(200, call('sessions.waveform', { id, track: 'user', points: 10 }));
  await expectStatus(404, call('sessions.waveform', { id, track: 'assistant' }));
  await expectStatus(200, call('sessions.export', { id }, { body: { format: 'wav' } }));
  await expectStatus(503, call('sessions.export', { id }, { body: { format: 'mp3' } }));
  await expectStatus(200, call('sessions.repair', { id }));
  await expectStatus(200, call('sessions.reveal', { id }));
  await expectStatus(200, call('sessions.turn_files', { id }));
  await expectStatus(200, call('search', { query: 'good' }));

  const conversation = conversationSchema.parse(
    json(await expectStatus(200, call('sessions.conversation', { id }))),
  );
  const segment = conversation.turns[0]!.segments[0]!.segment_id;
  await expectStatus(200, call('sessions.segment', { id, name: `${segment}.wav`, download: 1 }));
  await expectStatus(404, call('sessions.segment', { id, name: 'none.wav' }));
  await expectStatus(200, call('sessions.file', { id, name }));
  await expectStatus(206, call('sessions.file', { id, name }, { headers: { range: 'bytes=0-43' } }));
  await expectStatus(416, call('sessions.file', { id, name }, { headers: { range: 'bytes=99999999-' } }));
  await expectStatus(404, call('sessions.file', { id, name: 'none.wav' }));

  await expectStatus(200, call('sessions.speakers', { id }, { body: { speakers: { user: 'Ada' } } }));
  const added = await expectStatus(
    200,
    call(
      'sessions.transcript.add',
      { id },
      { body: { role: 'user', text: 'hello', start_ms: 10, end_ms: 20 } },
    ),
  );
  const entry = String(json(added)['id']);
  await expectStatus(200, call('sessions.transcript.update', { id, entry }, { body: { text: 'Hello' } }));
  await expectStatus(200, call('sessions.transcript.delete', { id, entry }));
  await expectStatus(404, call('sessions.transcript.delete', { id, entry }));
  const srt = '1\n00:00:00,000 --> 00:00:01,000\ngood morning\n';
  await expectStatus(200, call('sessions.transcript.import', { id }, { body: { role: 'user', text: srt } }));
  await expectStatus(
    422,
    call('sessions.transcript.import', { id }, { body: { role: 'user', text: '{"a":1}', format: 'json' } }),
  );
  await expectStatus(200, call('sessions.transcript.export', { id, format: 'srt' }));
  const rttm = 'SPEAKER walked 1 0.0 1.0 <NA> <NA> A <NA> <NA>';
  await expectStatus(200, call('sessions.diarization', { id }, { body: { rttm } }));

  await expectStatus(409, call('sessions.process', { id }));
  const recogniser = {
    kind: 'openai',
    base_url: 'http://127.0.0.1:9/v1',
    model: 'm',
    language: null,
    max_upload_mb: 1,
    timeout_seconds: 1,
  };
  const job = await expectStatus(200, call('sessions.process', { id }, { body: { recogniser } }));
  await expectStatus(200, call('jobs.list', { state: 'queued' }));
  await expectStatus(200, call('jobs.cancel', { id: String(json(job)['id']) }));
  await expectStatus(404, call('jobs.cancel', { id: crypto.randomUUID() }));
  await expectStatus(200, call('recogniser.state'));
  await expectStatus(200, call('recogniser.key', {}, { body: { base_url: recogniser.base_url, key: 'k' } }));
  await expectStatus(200, call('recogniser.try', {}, { body: { recogniser: { kind: 'none' } } }));
  await expectStatus(200, call('settings.get'));
  await expectStatus(200, call('settings.update', {}, { body: { theme: 'dark' } }));
  await expectStatus(400, call('settings.update', {}, { body: { theme: 'pink' } }));
  await expectStatus(200, call('system_audio.status'));
  await expectStatus(409, call('system_audio.open'));
  await expectStatus(200, call('system_audio.close'));

  const wav = (await call('sessions.file', { id, name })).body;
  const begun = await expectStatus(
    200,
    call('intake.begin', {}, { body: { name: 'talk.wav', byte_size: wav.byteLength } }),
  );
  const file = { id: String(json(begun)['id']) };
  await expectStatus(400, call('intake.send_bytes', { ...file, offset: 5 }, { body: wav }));
  await expectStatus(200, call('intake.send_bytes', { ...file, offset: 0 }, { body: wav }));
  await expectStatus(200, call('intake.progress', file));
  await expectStatus(200, call('intake.examine', file));
  await expectStatus(422, call('intake.mend', file));
  await expectStatus(200, call('intake.file', file));
  await expectStatus(200, call('intake.add', file, { body: { title: 'Added' } }));
  await expectStatus(404, call('intake.discard', file));
  await expectStatus(404, call('intake.file', file));

  await expectStatus(200, call('sessions.delete', { id }));
  await expectStatus(404, call('sessions.delete', { id }));

  // Without an upgrade there is nothing behind a socket's address.
  await expectStatus(404, call('sessions.record', { session_id: id }));
  await expectStatus(404, call('sessions.listen', { session_id: id }));
  expect([...described.keys()].filter((each) => !asked.has(each))).toEqual([]);

  for (const [each, { path, method, operation }] of described) {
    const refused = await ask(port, path.replace(/\{\w+\}/g, 'x'), { method });
    expect(refused.status, each).toBe(401);
    expectDocumented(each, operation, refused);
  }
});

it('takes what HTTP has beside the operations from the contract alone', () => {
  for (const { summary, title } of Object.values(httpRoutes)) {
    expect(summary).toMatch(/\.$/);
    expect(title).not.toBe('');
  }
});

function expectDocumented(
  name: string,
  operation: OpenApiOperation,
  { status, headers, body }: Answer,
): void {
  const response = operation.responses[String(status)];
  const told = `${name} ${status} ${body.subarray(0, 300).toString('latin1')}`;
  expect(response, told).toBeDefined();
  const type = (headers['content-type'] ?? '').replace(/;.*/, '');
  const place = response !== undefined && '$ref' in response ? response.$ref : undefined;
  const described =
    place === undefined ? response : document.components.responses[place.replace(/^.*\//, '')];
  const content = described !== undefined && 'content' in described ? described.content : undefined;
  if (content === undefined) {
    expect(body.byteLength, told).toBe(0);
    return;
  }
  const [mediaType, { schema }] = Object.entries(content)[0]!;
  expect(type, told).toMatch(new RegExp(`^${mediaType.replace('*', '[a-z]+')}$`));
  if (mediaType !== 'application/json') return;
  const validate = ajv.compile(absolute(schema));
  validate(JSON.parse(body.toString()));
  expect(validate.errors ?? [], told).toEqual([]);
}

/** The same schema, its references leading into the whole document. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"lectern#/')) as object;
}
