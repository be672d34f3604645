import Database from 'better-sqlite3';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openCatalog, type Catalog } from '../../../src-main/catalog/catalog.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { openJournal } from '../../../src-main/recording/journal.ts';
import { readSessionFile } from '../../../src-main/files/session-file.ts';
import { silentSession } from '../../support/talk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const part = { part: 1, started_at: new Date(0).toISOString(), duration_seconds: 0 };
const running = (id: string): SessionRecord => silentSession(id, 0, { status: 'recording', parts: [part] });
const marker = (frame: number) => ({ part: 1, frame, label: `at ${frame}` });

async function openBoth(id: string) {
  const folder = await temporaryFolder();
  const catalog = openCatalog(join(folder, 'lectern.db'));
  onTestFinished(() => catalog.close());
  /** What the catalog was asked to write: whole records, changes, rows. */
  const asked = { records: 0, rows: 0 };
  let fileWrites = 0;
  const counted: Pick<Catalog, 'keep' | 'save' | 'append'> = {
    ...catalog,
    keep: (session) => {
      if (session.writeNew === undefined) asked.records++;
      return catalog.keep(session);
    },
    save: (session, known) => {
      asked.records++;
      catalog.save(session, known);
    },
    append: (session, added) => {
      asked.rows += (added.markers ?? []).length + (added.segments ?? []).length;
      catalog.append(session, added);
    },
  };
  const journal = openJournal(running(id), {
    folders: () => {
      fileWrites++;
      return [folder];
    },
    catalog: counted,
    log: () => undefined,
  });
  await journal.settled();
  return { folder, catalog, journal, asked, fileWrites: () => fileWrites };
}

test('a burst of markers costs one row each, and a few writes of session.json', async () => {
  const { folder, catalog, journal, asked, fileWrites } = await openBoth('burst');
  const before = fileWrites();
  for (let frame = 0; frame < 2000; frame++)
    expect(journal.append({ markers: [marker(frame)] }), 'in the catalog already').toBeUndefined();
  expect(asked).toEqual({ records: 1, rows: 2000 });
  await journal.settled();
  expect(fileWrites() - before).toBeLessThanOrEqual(3);

  const written = await readSessionFile(folder);
  expect(written?.markers).toHaveLength(2000);
  expect(catalog.get('burst')).toEqual({ ...written, files: [], processing: undefined });
  expect(written?.revision).toBe(journal.record.revision);
  expect(catalog.search({ query: '"at 1999"' }).hits).toHaveLength(1);
});

test('a change of one thing writes that alone, and the catalog says all of it', async () => {
  const { catalog, journal } = await openBoth('changes');
  for (let frame = 0; frame < 10; frame++) void journal.append({ markers: [marker(frame)] });
  const file = {
    type: 'user' as const,
    format: 'wav' as const,
    file_path: 'changes/user_1.wav',
    url: '',
    byte_size: 44,
    duration_ms: 0,
    part: 1,
    master: true,
    gain: 1,
    status: 'recording' as const,
  };
  journal.update((record) => ({ ...record, files: [file], parts: [{ ...part, duration_seconds: 3 }] }));
  void journal.append({ markers: [marker(99)] });
  journal.update((record) => ({
    ...record,
    title: 'another',
    files: [{ ...file, status: 'completed' }],
    parts: [...record.parts, { ...part, part: 2 }],
  }));
  expect(catalog.get('changes')).toEqual({ ...journal.record });
  journal.update((record) => ({ ...record, files: [], parts: [{ ...part, part: 2 }] }));
  expect(catalog.get('changes')).toEqual({ ...journal.record });
  expect(catalog.search({ query: 'another' }).hits).toHaveLength(1);
});

test('while the catalog is locked a marker is told of once it is in session.json, and is in both when the lock is gone', async () => {
  const { folder, catalog, journal, asked } = await openBoth('locked');
  const lock = new Database(join(folder, 'lectern.db'));
  onTestFinished(() => void lock.close());
  lock.exec('BEGIN IMMEDIATE');
  const written = Array.from({ length: 50 }, (_, frame) => journal.append({ markers: [marker(frame)] }));
  // Each try waits for the lock, with everybody else: one has shown that there is one.
  expect(asked.rows).toBe(1);
  await Promise.all(written.map((promise) => promise ?? Promise.reject(new Error('said to be kept'))));
  const text: unknown = JSON.parse(await readFile(join(folder, 'session.json'), 'utf8'));
  expect(text).toMatchObject({ session: { markers: written.map((_, frame) => marker(frame)) } });
  expect(catalog.get('locked')?.markers, 'readers see them').toHaveLength(50);
  lock.exec('ROLLBACK');
  await vi.waitFor(() => {
    const rows = lock.prepare('SELECT count(*) AS count FROM markers').get();
    expect(rows).toEqual({ count: 50 });
  }, 10_000);
  expect(journal.append({ markers: [marker(50)] })).toBeUndefined();
});
