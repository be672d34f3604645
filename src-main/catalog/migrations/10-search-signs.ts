/** Take a line out of the index where it goes or its text changes. */
export const transcriptIndexTriggers = `CREATE TRIGGER transcript_index_delete AFTER DELETE ON session_transcripts BEGIN
    DELETE FROM transcript_index WHERE rowid = old.row;
  END;
  CREATE TRIGGER transcript_index_update AFTER UPDATE ON session_transcripts
    WHEN old.text IS NOT new.text OR old.row IS NOT new.row BEGIN
    DELETE FROM transcript_index WHERE rowid = old.row;
  END;`;

/**
 * The indexes by words as text-tokens.ts has them, instead of those of SQLite's tokenizer: signs of scripts without spaces, and
 * their pairs. They keep no text. Whoever writes a row puts it in (line-index.ts, details-rows.ts); triggers take it out, by its
 * key alone, when it goes or its text changes, so that other programs can do that too.
 *
 * What describes sessions is little. Lines may be a million: those below `index_backlog.below` are indexed in pieces once the
 * catalog is open (fill-index.ts).
 */
export const searchSignsMigration = `
  DROP TRIGGER transcript_index_insert;
  DROP TRIGGER transcript_index_delete;
  DROP TRIGGER transcript_index_update;
  DROP TABLE transcript_index;
  CREATE VIRTUAL TABLE transcript_index USING fts5 (
    words, pairs, content = '', contentless_delete = 1, tokenize = 'ascii'
  );
  ${transcriptIndexTriggers}
  CREATE TABLE index_backlog (below INTEGER NOT NULL) STRICT;
  INSERT INTO index_backlog SELECT max(row) + 1 FROM session_transcripts HAVING count(*) > 0;

  DROP TRIGGER details_index_insert;
  DROP TRIGGER details_index_delete;
  DROP TABLE details_index;
  CREATE VIRTUAL TABLE details_index USING fts5 (
    words, pairs, content = '', contentless_delete = 1, tokenize = 'ascii'
  );
  INSERT INTO details_index (rowid, words, pairs)
    SELECT row, search_words(text), search_pairs(text) FROM session_details;
  CREATE TRIGGER details_index_delete AFTER DELETE ON session_details BEGIN
    DELETE FROM details_index WHERE rowid = old.row;
  END;
`;
