import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { WriteQueue } from './write-queue.ts';

/**
 * Lines that are indexed before the catalog is open, which takes a fraction of a second. Most catalogs have no more.
 */
const LINES_AT_ONCE = 10_000;
/** Lines in one piece. A piece blocks the process for some hundredths of a second. */
const LINES_OF_A_PIECE = 500;
/** Pause between two pieces; audio that comes in meanwhile does not wait. */
const PAUSE_MS = 50;

const rowSchema = z.array(z.number());

/** Lines that are still missing from a rebuilt index. */
export interface IndexBacklog {
  /** True while there are any: a search may then miss results. */
  isLeft(): boolean;
  stop(): void;
}

/**
 * Indexes the lines that the index lacks, the latest first, in pieces; other tasks run between two pieces. A piece that
 * the database refuses waits in the queue with everything else.
 */
export function fillIndex(database: Database.Database, queue: WriteQueue): IndexBacklog {
  const backlog = database.prepare('SELECT below FROM index_backlog').pluck();
  const rows = database
    .prepare('SELECT row FROM session_transcripts WHERE row < ? ORDER BY row DESC LIMIT ?')
    .pluck();
  // A line that was written again since is already in the index.
  const drop = database.prepare(
    'DELETE FROM transcript_index WHERE rowid BETWEEN ? AND ? AND rowid IN (SELECT value FROM json_each(?))',
  );
  const add = database.prepare(
    `INSERT INTO transcript_index (rowid, words, pairs)
       SELECT row, search_words(text), search_pairs(text) FROM session_transcripts WHERE row BETWEEN ? AND ?`,
  );
  const move = database.prepare('UPDATE index_backlog SET below = ?');
  const end = database.prepare('DELETE FROM index_backlog');

  const fill = database.transaction((lines: number): boolean => {
    const below = backlog.get();
    if (below === undefined) return false;
    const piece = rowSchema.parse(rows.all(below, lines));
    const [last] = piece;
    const first = piece.at(-1);
    if (first !== undefined && last !== undefined) {
      drop.run(first, last, JSON.stringify(piece));
      add.run(first, last);
      move.run(first);
    }
    if (piece.length === lines) return true;
    end.run();
    return false;
  });

  let timer: NodeJS.Timeout | undefined;
  const next = (lines: number): void => {
    let isLeft = true;
    const goOn = (): void => {
      if (isLeft) timer = setTimeout(next, PAUSE_MS, LINES_OF_A_PIECE).unref();
    };
    const write = (): void => {
      isLeft = fill.immediate(lines);
    };
    if (queue.submit({ key: 'search index', write, onWritten: goOn })) goOn();
  };
  if (backlog.get() !== undefined) next(LINES_AT_ONCE);
  return {
    isLeft: () => backlog.get() !== undefined,
    stop() {
      clearTimeout(timer);
    },
  };
}
