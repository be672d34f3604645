import type Database from 'better-sqlite3';

/** Lines that one session may have. The key of each line is the session's number times this, plus the line's own. */
export const LINES_PER_SESSION = 2 ** 24;

/** Keys for the lines of a session's transcript; each key contains its session's number: see migrations/6-search.ts. */
export function lineRowsOf(database: Database.Database) {
  const add = database.prepare(
    'INSERT INTO session_numbers (session_id) VALUES (?) ON CONFLICT (session_id) DO NOTHING',
  );
  const number = database.prepare('SELECT number FROM session_numbers WHERE session_id = ?').pluck();
  const last = database.prepare('SELECT max(row) FROM session_transcripts WHERE row BETWEEN ? AND ?').pluck();

  return {
    /** The first free key; all after it are free too. Throws for an unknown session. */
    next(sessionId: string): number {
      add.run(sessionId);
      const first = Number(number.get(sessionId)) * LINES_PER_SESSION;
      const highest = last.get(first, first + LINES_PER_SESSION - 1);
      return highest === null ? first : Number(highest) + 1;
    },
  };
}
