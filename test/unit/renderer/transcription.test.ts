import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result } from '../../../src-main/contract/errors.ts';
import { type Job, jobSchema } from '../../../src-main/contract/processing.ts';
import { createTranscriptionController } from '../../../src-renderer/store/transcription-controller.ts';

const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';

function job(patch: Partial<Job> = {}): Job {
  return jobSchema.parse({
    id: FIRST,
    session_id: 'talk',
    kind: 'transcribe',
    state: 'running',
    attempts: 1,
    progress: 0,
    not_before: null,
    error: null,
    created_at: '2026-01-01T09:00:00Z',
    updated_at: '2026-01-01T09:00:00Z',
    ...patch,
  });
}

/** An engine whose jobs the test writes, and a clock that the test turns. */
function openRoom() {
  const jobs = new Map<string, Job>();
  const asked: { name: ApiName; input: unknown }[] = [];
  const texts: string[] = [];
  const waiting: (() => void)[] = [];
  let refusal: Result<never> | undefined;
  const answerTo = (name: ApiName, input: unknown): Result<unknown> => {
    if (refusal !== undefined) return refusal;
    const { session_id: sessionId = '', id = '' } = input as { session_id?: string; id?: string };
    const found = jobs.get(sessionId);
    if (name === 'jobs.list') return { ok: true, value: { jobs: found === undefined ? [] : [found] } };
    if (name === 'sessions.process') jobs.set(id, job({ id: SECOND, session_id: id, state: 'queued' }));
    else for (const [key, each] of jobs) if (each.id === id) jobs.set(key, { ...each, state: 'cancelled' });
    return { ok: true, value: jobs.get(name === 'sessions.process' ? id : 'talk') };
  };
  const api: ApiClient = {
    call: <Name extends ApiName>(name: Name, input: ApiInput<Name>) => {
      asked.push({ name, input });
      return Promise.resolve(answerTo(name, input) as Result<ApiOutput<Name>>);
    },
  };
  const transcription = createTranscriptionController({
    api,
    after: (_, action) => waiting.push(action),
    onText: (sessionId) => texts.push(sessionId),
  });
  return {
    jobs,
    asked,
    texts,
    waiting,
    transcription,
    state: () => transcription.store.getState(),
    refuse: (code: 'CONNECTION_LOST' | 'RECOGNISER_NOT_SET' | undefined) =>
      void (refusal = code === undefined ? undefined : { ok: false, error: { code, message: 'no' } }),
    /** Lets the time pass that all who wait have asked for. */
    async passTime() {
      for (const action of waiting.splice(0)) action();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('what is under way is followed to its end, and its text shown then', async () => {
  const { jobs, transcription, state, texts, waiting, passTime } = openRoom();
  jobs.set('talk', job());
  await transcription.watch('talk');
  jobs.set('talk', job({ progress: 0.5 }));
  await passTime();
  expect(state().job?.progress).toBe(0.5);
  expect(texts).toEqual([]);
  jobs.set('talk', job({ state: 'completed', progress: 1 }));
  await passTime();
  expect(texts).toEqual(['talk']);
  expect(waiting, 'nothing more to look for').toEqual([]);
});

test('an engine that is away for a moment is asked again, and what was known stays', async () => {
  const { jobs, transcription, state, refuse, passTime } = openRoom();
  jobs.set('talk', job({ progress: 0.4 }));
  await transcription.watch('talk');
  refuse('CONNECTION_LOST');
  await passTime();
  expect(state().job?.progress).toBe(0.4);
  refuse(undefined);
  jobs.set('talk', job({ state: 'failed', error: { code: 'RECOGNISER_FAILED', message: 'out of memory' } }));
  await passTime();
  expect(state().job).toMatchObject({ state: 'failed', error: { message: 'out of memory' } });
});

test('a session that is no longer looked at is no longer asked about', async () => {
  const { jobs, transcription, state, asked, passTime } = openRoom();
  jobs.set('talk', job());
  await transcription.watch('talk');
  await transcription.watch('lecture');
  expect(state()).toMatchObject({ sessionId: 'lecture', job: null });
  await passTime();
  expect(asked.map(({ input }) => input)).toEqual([
    { session_id: 'talk', limit: 1 },
    { session_id: 'lecture', limit: 1 },
  ]);
  await transcription.watch('talk');
  transcription.unwatch();
  const before = asked.length;
  await passTime();
  expect(asked.length).toBe(before);
});

test('started it is followed at once; cancelled it ends', async () => {
  const { transcription, state, asked, passTime, waiting } = openRoom();
  await transcription.watch('talk');
  expect(state()).toMatchObject({ loaded: true, job: null });
  await transcription.start();
  expect(state()).toMatchObject({ job: { id: SECOND, state: 'queued' }, asking: false });
  await passTime();
  await transcription.cancel();
  expect(asked).toContainEqual({ name: 'jobs.cancel', input: { id: SECOND } });
  expect(state().job?.state).toBe('cancelled');
  await passTime();
  expect(waiting).toEqual([]);
});

test('a refusal is told, and pressing twice asks once', async () => {
  const { transcription, state, asked, refuse } = openRoom();
  await transcription.watch('talk');
  refuse('RECOGNISER_NOT_SET');
  await Promise.all([transcription.start(), transcription.start()]);
  expect(asked.filter(({ name }) => name === 'sessions.process').length).toBe(1);
  expect(state()).toMatchObject({ asking: false, problem: { code: 'RECOGNISER_NOT_SET' } });
  transcription.dismissProblem();
  expect(state().problem).toBeNull();
});
