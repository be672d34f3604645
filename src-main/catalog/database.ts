import Database from 'better-sqlite3';
import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { addIndexFunctions } from './index-functions.ts';
import { migrations } from './migrations/index.ts';
import { makeFolderSync } from '../disk/make-folder.ts';

/**
 * How long we wait for a writer of another process; SQLite then reports SQLITE_BUSY. The wait blocks the whole process,
 * and every writer tries again later, so it is short.
 */
const BUSY_TIMEOUT_MS = 250;

/** SQLite's own default. better-sqlite3's is 16 MB, which a process that runs for days fills without need. */
const PAGE_CACHE_KIB = 2000;

/** A catalog up to this size is checked whole at each launch: some tenths of a second at most. */
const MOST_CHECKED_BYTES = 64 * 1024 * 1024;

/** Opens the catalog, creating or migrating it. Throws CATALOG_UNAVAILABLE. */
export function openDatabase(path: string): Database.Database {
  let opened: Database.Database | undefined;
  try {
    const inMemory = path === ':memory:';
    if (!inMemory) makeFolderSync(dirname(path));
    if (!inMemory) makePrivate(path);
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    opened = database;
    database.pragma('journal_mode = WAL');
    // Commits do not wait for the disk; the log is synced separately: see write-ahead-log.ts.
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    database.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    // Temporary results of a search need no file.
    database.pragma('temp_store = MEMORY');
    addIndexFunctions(database);
    migrate(database);
    if (!inMemory && statSync(path).size <= MOST_CHECKED_BYTES) requireSound(database);
    return database;
  } catch (error) {
    opened?.close();
    if (error instanceof LecternError) throw error;
    throw new LecternError(
      'CATALOG_UNAVAILABLE',
      `The catalog of recordings cannot be opened (${error instanceof Error ? error.message : 'unknown error'}). ` +
        'Check that the data folder can be written',
      { cause: error },
    );
  }
}

/**
 * A damaged page is noticed only when it is read: then a list fails, and fails at every launch. Throws SQLITE_CORRUPT.
 * A database that cannot be checked now, because another process has locked it, is taken as sound.
 */
function requireSound(database: Database.Database): void {
  let result: unknown;
  try {
    result = database.pragma('quick_check(1)', { simple: true });
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT')) throw error;
    return;
  }
  if (result !== 'ok') throw new Database.SqliteError(String(result), 'SQLITE_CORRUPT');
}

/** Runs before SQLite opens the database: its log and its index get the same permissions. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  for (const each of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(each)) chmodSync(each, 0o600);
}

function migrate(database: Database.Database): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length)
    throw new LecternError(
      'CATALOG_UNAVAILABLE',
      `This data folder was written by a newer Lectern (catalog version ${version}, this one knows ${migrations.length}). Update Lectern`,
    );
  migrations.slice(version).forEach((sql, index) => {
    database
      .transaction(() => {
        database.exec(sql);
        database.pragma(`user_version = ${version + index + 1}`);
      })
      .immediate();
  });
}
