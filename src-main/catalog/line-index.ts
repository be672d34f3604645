import type Database from 'better-sqlite3';

/** Keeps the index of lines up to date. Call it in the transaction that writes the lines. */
export function prepareLineIndex(database: Database.Database) {
  const drop = database.prepare('DELETE FROM transcript_index WHERE rowid = ?');
  const add = database.prepare(
    'INSERT INTO transcript_index (rowid, words, pairs) VALUES (@row, search_words(@text), search_pairs(@text))',
  );
  return {
    /** @param isNew false for a line that may be in the index already. */
    put(row: number, text: string, isNew: boolean): void {
      if (!isNew) drop.run(row);
      add.run({ row, text });
    },
  };
}
