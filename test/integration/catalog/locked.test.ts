import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Catalog, openCatalog } from '../../../src-main/catalog/catalog.ts';
import { silentSession } from '../../support/talk.ts';

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

const listed = (from = catalog) =>
  from.list({ limit: 10, offset: 0 }).sessions.map(({ id, status }) => [id, status]);

test('what was recorded while another program locked the catalog is listed as it is, and written once it may be', () => {
  const running = { ...silentSession('before', 0), status: 'recording' as const };
  catalog.save(running);
  other.exec('BEGIN IMMEDIATE');
  const ended = { ...running, status: 'completed' as const, revision: running.revision + 1 };
  expect(() => catalog.saveOrOwe(ended)).toThrow(/locked/);
  expect(() => catalog.saveOrOwe(silentSession('during', 1000))).toThrow(/locked/);
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
