import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { LecternError } from '../../../src-main/contract/errors.ts';
import type { Job } from '../../../src-main/contract/processing.ts';
import {
  createProcessingQueue,
  type ProcessingQueueOptions,
} from '../../../src-main/conversation/processing-queue.ts';
import { recordOf } from '../../../src-main/recording/record-changes.ts';
import type { SessionSpec } from '../../../src-main/session/ports.ts';
import { lastingFailure, passingFailure } from '../../../src-main/transcribe/failures.ts';

const START_MS = Date.parse('2025-03-01T10:00:00Z');

/** A catalog in a file, with sessions that can be transcribed. */
function openShared(...sessionIds: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-queue-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'lectern.db');
  const catalog = openOf(path);
  for (const sessionId of sessionIds) catalog.save(sessionNamed(sessionId));
  return { path, catalog };
}

function openOf(path: string) {
  const catalog = openCatalog(path);
  onTestFinished(() => {
    catalog.close();
  });
  return catalog;
}

function sessionNamed(sessionId: string) {
  const spec: SessionSpec = {
    sessionId,
    title: sessionId,
    format: 'wav',
    sampleRate: 16_000,
    channels: 1,
    encoding: 'pcm_s16le',
    tracks: ['user'],
    placement: 'append',
    obeysStartFrames: true,
    gain: 1,
    record: ['user'],
    autoSave: true,
    databaseRecords: true,
    writeTurnFiles: false,
    startedAtMs: START_MS,
  };
  const encoder = { kind: 'built-in', source: 'none', version: '0', formats: [] } as const;
  return recordOf(spec, { ...encoder, formats: [] }, undefined, { recordingsDir: null });
}

function openQueue(
  jobs: ProcessingQueueOptions['jobs'],
  process: ProcessingQueueOptions['process'],
  overrides: Partial<ProcessingQueueOptions> = {},
) {
  const time = { ms: START_MS };
  const changes: Job[] = [];
  const queue = createProcessingQueue({
    jobs,
    clock: { monotonicMs: () => time.ms, wallMs: () => time.ms },
    log: () => undefined,
    newId: randomUUID,
    owner: randomUUID(),
    isOwnerAlive: () => true,
    workers: () => 1,
    process,
    onChange: (job) => changes.push(job),
    ...overrides,
  });
  onTestFinished(() => queue.close());
  return { queue, time, changes };
}

const stateOf = (jobs: ProcessingQueueOptions['jobs'], id: string) => {
  const job = jobs.get(id);
  return [job?.state, job?.attempts];
};

test('what may pass is tried again, each time after twice the wait, and then left alone with its reason', async () => {
  const { catalog } = openShared('a');
  const { queue, time } = openQueue(catalog.jobs, () =>
    Promise.reject(passingFailure('RECOGNISER_FAILED', 'out of memory')),
  );
  const { id } = queue.add('a');
  const waits: number[] = [];
  for (let attempt = 1; attempt < 5; attempt++) {
    queue.start();
    await vi.waitFor(() => expect(stateOf(catalog.jobs, id)).toEqual(['queued', attempt]), 10_000);
    const due = Date.parse(catalog.jobs.get(id)?.not_before ?? '');
    waits.push((due - time.ms) / 1000);
    time.ms = due - 1;
    queue.start();
    expect(stateOf(catalog.jobs, id), 'not before its time').toEqual(['queued', attempt]);
    time.ms = due;
  }
  queue.start();
  await vi.waitFor(() => expect(stateOf(catalog.jobs, id)).toEqual(['failed', 5]), 10_000);
  expect(waits).toEqual([15, 30, 60, 120]);
  expect(catalog.jobs.get(id)?.error).toEqual({ code: 'RECOGNISER_FAILED', message: 'out of memory' });
});

test('what does not pass is not tried again, and a server gets the time that it asks for', async () => {
  const { catalog } = openShared('a', 'b');
  const { queue, time } = openQueue(catalog.jobs, ({ session_id }) =>
    Promise.reject(
      session_id === 'a'
        ? lastingFailure('RECOGNISER_UNAVAILABLE', 'no such program')
        : passingFailure('RECOGNISER_FAILED', 'busy', { afterMs: 600_000 }),
    ),
  );
  const [first, second] = [queue.add('a'), queue.add('b')];
  queue.start();
  await vi.waitFor(() => expect(stateOf(catalog.jobs, second.id)).toEqual(['queued', 1]), 10_000);
  expect(stateOf(catalog.jobs, first.id)).toEqual(['failed', 1]);
  expect(Date.parse(catalog.jobs.get(second.id)?.not_before ?? '') - time.ms).toBe(600_000);
});

test('a session that is being recorded again is waited for, and no try is counted', async () => {
  const { catalog } = openShared('a');
  const { queue } = openQueue(catalog.jobs, () =>
    Promise.reject(new LecternError('SESSION_ACTIVE', 'recording')),
  );
  const { id } = queue.add('a');
  queue.start();
  await vi.waitFor(() => expect(catalog.jobs.get(id)?.not_before).not.toBeNull());
  expect(stateOf(catalog.jobs, id)).toEqual(['queued', 0]);
});

test('a job whose process died goes on in another, its tries counted; one of a living process is left to it', async () => {
  const { catalog } = openShared('a', 'b');
  const forever = openQueue(catalog.jobs, () => new Promise(() => undefined), { owner: 'dead' });
  const first = forever.queue.add('a');
  catalog.jobs.claim('dead', new Date(START_MS).toISOString());
  const second = forever.queue.add('b');
  catalog.jobs.claim('alive', new Date(START_MS).toISOString());
  const worked: string[] = [];
  const { queue } = openQueue(catalog.jobs, async ({ session_id }) => void worked.push(session_id), {
    isOwnerAlive: (owner) => owner === 'alive',
  });
  queue.start();
  await vi.waitFor(() => expect(stateOf(catalog.jobs, first.id)).toEqual(['completed', 2]), 10_000);
  expect(worked).toEqual(['a']);
  expect(stateOf(catalog.jobs, second.id)).toEqual(['running', 1]);
});

test('a job that took its process with it again and again is given up', async () => {
  const { catalog } = openShared('a');
  const { queue } = openQueue(catalog.jobs, () => Promise.resolve(), { isOwnerAlive: () => false });
  const { id } = queue.add('a');
  for (let death = 0; death < 5; death++) {
    catalog.jobs.claim('dead', new Date(START_MS).toISOString());
    catalog.jobs.release('dead', new Date(START_MS).toISOString());
  }
  queue.start();
  await vi.waitFor(() => expect(stateOf(catalog.jobs, id)).toEqual(['failed', 6]), 10_000);
  expect(catalog.jobs.get(id)?.error?.message).toMatch(/ended 5 times in the middle/);
});

test('two processes on one catalog do every job once', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `session-${index}`);
  const { catalog, path } = openShared(...ids);
  const worked: string[] = [];
  const work: ProcessingQueueOptions['process'] = async ({ session_id }) => {
    worked.push(session_id);
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const one = openQueue(catalog.jobs, work, { workers: () => 2 });
  const other = openQueue(openOf(path).jobs, work, { workers: () => 2 });
  for (const id of ids) one.queue.add(id);
  one.queue.start();
  other.queue.start();
  await vi.waitFor(
    () => expect(catalog.jobs.list({ state: 'completed', limit: 100 }).length).toBe(20),
    10_000,
  );
  expect(worked.toSorted()).toEqual(ids.toSorted());
});

test('an end that the locked catalog does not take is written once it does', async () => {
  const { catalog, path } = openShared('a');
  const locker = new Database(path);
  onTestFinished(() => void locker.close());
  let finish: (() => void) | undefined;
  const { queue, changes } = openQueue(catalog.jobs, () => new Promise((resolve) => (finish = resolve)));
  const { id } = queue.add('a');
  queue.start();
  await vi.waitFor(() => expect(finish).toBeDefined(), 10_000);
  locker.exec('BEGIN EXCLUSIVE');
  finish?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  locker.exec('COMMIT');
  queue.start();
  await vi.waitFor(() => expect(stateOf(catalog.jobs, id)).toEqual(['completed', 1]), 10_000);
  expect(changes.at(-1)?.state).toBe('completed');
});

test('closing puts a job back, begun or about to, and does not count that as a try', async () => {
  const { catalog } = openShared('a');
  for (const waitsForItsBeginning of [true, false]) {
    const begun = vi.fn();
    const { queue } = openQueue(
      catalog.jobs,
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          begun();
          signal.addEventListener('abort', () => {
            reject(new Error('ended'));
          });
        }),
    );
    const { id } = queue.add('a');
    queue.start();
    if (waitsForItsBeginning) await vi.waitFor(() => expect(begun).toHaveBeenCalled(), 10_000);
    expect(stateOf(catalog.jobs, id)).toEqual(['running', 1]);
    await queue.close();
    expect(stateOf(catalog.jobs, id)).toEqual(['queued', 0]);
  }
});

test('asking again for what waits does it now; cancelling ends it; afterwards it can be asked for anew', async () => {
  const { catalog } = openShared('a');
  let fails = true;
  const { queue } = openQueue(catalog.jobs, () =>
    fails ? Promise.reject(passingFailure('RECOGNISER_FAILED', 'busy')) : Promise.resolve(),
  );
  const { id } = queue.add('a');
  queue.start();
  await vi.waitFor(() => expect(catalog.jobs.get(id)?.not_before).not.toBeNull());
  fails = false;
  expect(queue.add('a').id).toBe(id);
  await vi.waitFor(() => expect(stateOf(catalog.jobs, id)).toEqual(['completed', 2]), 10_000);
  fails = true;
  const again = queue.add('a');
  expect(again.id).not.toBe(id);
  await vi.waitFor(() => expect(catalog.jobs.get(again.id)?.not_before).not.toBeNull());
  expect(queue.cancel(again.id).state).toBe('cancelled');
  expect(() => queue.cancel(randomUUID())).toThrow(/There is no transcription/);
});

test('what is recorded to again while it is transcribed is transcribed once more, after that', async () => {
  const { catalog } = openShared('a');
  const finish: (() => void)[] = [];
  const { queue } = openQueue(catalog.jobs, () => new Promise((resolve) => finish.push(resolve)), {
    workers: () => 2,
  });
  const first = queue.add('a');
  queue.start();
  await vi.waitFor(() => expect(finish.length).toBe(1), 10_000);
  queue.addRecorded('a');
  queue.addRecorded('a');
  const [second, ...others] = catalog.jobs.list({ limit: 10 });
  expect(others.map(({ id }) => id)).toEqual([first.id]);
  queue.start();
  expect(finish.length, 'not both at once').toBe(1);
  finish[0]?.();
  await vi.waitFor(() => expect(finish.length).toBe(2), 10_000);
  expect(stateOf(catalog.jobs, first.id)).toEqual(['completed', 1]);
  expect(stateOf(catalog.jobs, second?.id ?? '')).toEqual(['running', 1]);
  queue.cancelSession('a');
  expect(stateOf(catalog.jobs, second?.id ?? '')).toEqual(['cancelled', 1]);
  finish[1]?.();
});
