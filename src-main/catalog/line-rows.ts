import type Database from 'better-sqlite3';

/** Lines that one session may have: its number stands above them in the key of each. */
export const LINES_PER_SESSION = 2 ** 24;

/** Keys for the lines of a session's transcript, from which the session can be told: see migrations/6-search.ts. */
export function lineRowsOf(database: Database.Database) {
  const add = database.prepare(
    'INSERT INTO session_numbers (session_id) VALUES (?) ON CONFLICT (session_id) DO NOTHING',
  );
  const number = database.prepare('SELECT number FROM session_numbers WHERE session_id = ?').pluck();
  const last = database.prepare('SELECT max(row) FROM session_transcripts WHERE row BETWEEN ? AND ?').pluck();

  return {
    /** The first key that is free, with all that follow it. Throws where there is no such session. */
    next(sessionId: string): number {
      add.run(sessionId);
      const first = Number(number.get(sessionId)) * LINES_PER_SESSION;
      const highest = last.get(first, first + LINES_PER_SESSION - 1);
      return highest === null ? first : Number(highest) + 1;
    },
  };
}
