import type Database from 'better-sqlite3';
import { z } from 'zod';
import { MATCH_END, MATCH_START } from '../contract/search.ts';

/** Words of a snippet. */
const SNIPPET_WORDS = 16;

const rowSchema = z.array(z.object({ row: z.number(), snippet: z.string() }));

/**
 * Cuts the text around what was found. The texts of one answer are put into a small index of their own, in memory:
 * asking the large one for each of them takes as long as the search, and for the beginning of a word much longer.
 */
export function prepareSnippets(database: Database.Database) {
  database.exec(`CREATE VIRTUAL TABLE temp.snippet_lines USING fts5 (
    text, tokenize = "unicode61 remove_diacritics 2"
  )`);
  const add = database.prepare('INSERT INTO temp.snippet_lines (rowid, text) VALUES (?, ?)');
  const clear = database.prepare('DELETE FROM temp.snippet_lines');
  const cut = database.prepare(
    `SELECT rowid AS row, snippet(snippet_lines, 0, '${MATCH_START}', '${MATCH_END}', '…', ${SNIPPET_WORDS}) AS snippet
       FROM temp.snippet_lines WHERE snippet_lines MATCH ?`,
  );

  /** A snippet for each of the texts, the whole of one in which nothing is found. */
  return database.transaction((match: string, texts: readonly string[]): string[] => {
    const plain = texts.map((text) => text.replace(/[\p{Cc}\s]+/gu, ' '));
    plain.forEach((text, index) => add.run(index, text));
    const snippets = new Map(rowSchema.parse(cut.all(match)).map(({ row, snippet }) => [row, snippet]));
    clear.run();
    return plain.map((text, index) => snippets.get(index) ?? text);
  });
}
