import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Catalog, openCatalog } from '../../../src-main/catalog/catalog.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { silentSession, spokenLine } from '../../support/talk.ts';

let folder: string;
let catalog: Catalog;
let other: Database.Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-catalog-'));
  catalog = openCatalog(join(folder, 'lectern.db'));
  other = new Database(join(folder, 'lectern.db'));
});
afterEach(async () => {
  other.close();
  catalog.close();
  await rm(folder, { recursive: true });
});

const keep = (session: SessionRecord): boolean => catalog.keep({ id: session.id, read: () => session });
const listed = (from = catalog) =>
  from.list({ limit: 10, offset: 0 }).sessions.map(({ id, status }) => [id, status]);

test('what was recorded while another program locked the catalog is listed as it is, and written once it may be', () => {
  const running = { ...silentSession('before', 0), status: 'recording' as const };
  catalog.save(running);
  other.exec('BEGIN IMMEDIATE');
  const ended = { ...running, status: 'completed' as const, revision: running.revision + 1 };
  expect(keep(ended)).toBe(false);
  expect(keep(silentSession('during', 1000))).toBe(false);
  expect(listed()).toEqual([
    ['during', 'completed'],
    ['before', 'completed'],
  ]);
  expect(catalog.get('before')?.status).toBe('completed');
  other.exec('ROLLBACK');
  const all = listed();
  catalog.close();
  catalog = openCatalog(join(folder, 'lectern.db'));
  expect(listed()).toEqual(all);
  expect(all).toHaveLength(2);
});

const textsOf = (id: string): string[] => catalog.transcript(id).entries.map(({ text }) => text);
/** What another connection reads of it. */
const rows = (sql: string): unknown[] => other.prepare(sql).pluck().all();

test('of many sessions that change under a lock, one is made to wait for it, and all are written in their order when it is gone', async () => {
  const sessions = Array.from({ length: 20 }, (_, index) => silentSession(`session-${index}`, index));
  for (const session of sessions) catalog.save(session);
  other.exec('BEGIN IMMEDIATE');
  let asked = 0;
  const written: string[] = [];
  for (const { id, ...session } of sessions)
    catalog.keep({
      id,
      read: () => ({ ...session, id, revision: 1, title: 'said under the lock' }),
      writeNew: () => {
        asked++;
        catalog.save({ ...session, id, revision: 1, title: 'said under the lock' });
      },
      onWritten: () => written.push(id),
    });
  expect(asked, 'each would hold up the process for the wait').toBe(1);
  expect(sessions.map(({ id }) => catalog.get(id)?.title)).toEqual(sessions.map(() => 'said under the lock'));
  other.exec('ROLLBACK');
  await vi.waitFor(() => expect(written).toEqual(sessions.map(({ id }) => id)), 10_000);
  expect(rows("SELECT count(*) FROM sessions WHERE title = 'said under the lock'")).toEqual([20]);
});

test('the latest of what is said of a session is written, once, also when nobody asks for it before the catalog is closed', () => {
  const session = silentSession('talk', 0);
  other.exec('BEGIN IMMEDIATE');
  for (let revision = 1; revision <= 3; revision++)
    keep({ ...session, revision, title: `title ${revision}` });
  other.exec('ROLLBACK');
  catalog.close();
  expect(rows('SELECT title FROM sessions')).toEqual(['title 3']);
  catalog = openCatalog(join(folder, 'lectern.db'));
});

test('a session that the database cannot take holds up no other', async () => {
  const refused = silentSession('refused', 0);
  other.exec(
    "CREATE TRIGGER refusing BEFORE INSERT ON sessions WHEN new.id = 'refused' BEGIN SELECT raise(ABORT, 'no'); END",
  );
  expect(keep(refused)).toBe(false);
  expect(keep(silentSession('taken', 1))).toBe(true);
  expect(listed()).toEqual([
    ['refused', 'completed'],
    ['taken', 'completed'],
  ]);
  other.exec('DROP TRIGGER refusing');
  await vi.waitFor(
    () => expect(rows('SELECT id FROM sessions ORDER BY id')).toEqual(['refused', 'taken']),
    10_000,
  );
});

test('text said under a lock is read as it was said, behind the session that it belongs to, and written when the lock is gone', async () => {
  const before = silentSession('before', 0);
  catalog.save(before);
  catalog.putTranscript('before', [spokenLine('first', 0)]);
  other.exec('BEGIN IMMEDIATE');
  expect(keep(silentSession('during', 1))).toBe(false);
  for (const [sessionId, text] of [
    ['before', 'second'],
    ['during', 'new'],
    ['before', 'third'],
  ] as const) {
    const line = spokenLine(text, 1000);
    const isWritten = catalog.keepText({
      sessionId,
      writeNew: () => expect.unreachable('one has waited for the lock already'),
      change: (transcript) => ({ ...transcript, entries: [...transcript.entries, line] }),
    });
    expect(isWritten).toBe(false);
  }
  expect(textsOf('before')).toEqual(['first', 'second', 'third']);
  expect((await catalog.readTranscript('before')).revision).toBe(3);
  expect(textsOf('during')).toEqual(['new']);
  expect(catalog.offer('during'), 'there is the lock still').toBe(false);
  other.exec('ROLLBACK');
  expect(catalog.offer('before')).toBe(true);
  expect(rows("SELECT text FROM session_transcripts WHERE session_id = 'before'")).toEqual([
    'first',
    'second',
    'third',
  ]);
  await vi.waitFor(
    () => expect(rows("SELECT text FROM session_transcripts WHERE session_id = 'during'")).toEqual(['new']),
    10_000,
  );
  expect(catalog.transcript('before').revision).toBe(3);
});

test('what waits of a session goes with it when it is deleted', () => {
  catalog.save(silentSession('gone', 0));
  other.exec('BEGIN IMMEDIATE');
  keep(silentSession('gone', 0, { revision: 7 }));
  catalog.keepText({
    sessionId: 'gone',
    change: (all) => ({ ...all, entries: [spokenLine('still here', 0)] }),
  });
  other.exec('ROLLBACK');
  catalog.setDeleted('gone', new Date(0).toISOString());
  expect(catalog.get('gone')).toBeUndefined();
  expect(listed()).toEqual([]);
  expect(rows('SELECT text FROM session_transcripts')).toEqual([]);
});

test('more text than may wait is refused in words', () => {
  catalog.save(silentSession('long', 0));
  other.exec('BEGIN IMMEDIATE');
  const say = (characters: number) =>
    catalog.keepText({ sessionId: 'long', change: (all) => all, characters });
  for (let time = 0; time < 40; time++) say(100_000);
  expect(() => say(1)).toThrow(expect.objectContaining({ code: 'CATALOG_UNAVAILABLE' }));
  other.exec('ROLLBACK');
  expect(catalog.offer('long')).toBe(true);
  expect(say(1)).toBe(true);
});

test('a deleted session that is recorded again under a lock is there again, and what happened to it is noted, when the lock is gone', async () => {
  const session = silentSession('again', 0);
  catalog.save(session);
  catalog.setDeleted('again', new Date(0).toISOString());
  other.exec('BEGIN IMMEDIATE');
  catalog.setDeleted('again', undefined);
  expect(keep({ ...session, revision: 1 })).toBe(false);
  for (const event of ['started', 'completed']) catalog.addEvent('again', new Date(0).toISOString(), event);
  expect(catalog.get('again')?.revision).toBe(1);
  expect(() => {
    catalog.setDeleted('again', new Date(0).toISOString());
  }, 'a delete is refused, not put off').toThrow(/locked/);
  other.exec('ROLLBACK');
  await vi.waitFor(
    () => expect(rows('SELECT event FROM session_events ORDER BY id')).toEqual(['started', 'completed']),
    10_000,
  );
  expect(rows('SELECT revision FROM sessions WHERE deleted_at IS NULL')).toEqual([1]);
});

test('under a lock the end of a job waits, and is told of when it is written', async () => {
  catalog.save(silentSession('talk', 0));
  const at = new Date(0).toISOString();
  const id = randomUUID();
  const job = {
    id,
    session_id: 'talk',
    kind: 'transcribe',
    state: 'queued',
    attempts: 0,
    progress: 0,
  } as const;
  catalog.jobs.add({ ...job, not_before: null, error: null, created_at: at, updated_at: at }, null);
  catalog.jobs.claim('us', at);
  other.exec('BEGIN IMMEDIATE');
  const told: unknown[] = [];
  const outcome = { state: 'completed', attempts: 1, progress: 1, notBefore: null, error: null } as const;
  expect(catalog.jobs.settle(id, 'us', outcome, at, () => told.push(catalog.jobs.get(id)?.state))).toBe(
    false,
  );
  expect(catalog.jobs.get(id)?.state).toBe('running');
  other.exec('ROLLBACK');
  await vi.waitFor(() => expect(told).toEqual(['completed']), 10_000);
});
