import type Database from 'better-sqlite3';
import { indexedText, type IndexedText } from './text-tokens.ts';

/**
 * Gives our connection the two functions by which a text is indexed: SQLite's tokenizers know no scripts without spaces, and
 * another cannot be added from here. No trigger and no view has them, so that other programs can open the database.
 */
export function addIndexFunctions(database: Database.Database): void {
  // Both are called for the same row, one after the other.
  let last: { text: string; indexed: IndexedText } | undefined;
  const indexed = (value: unknown): IndexedText => {
    const text = typeof value === 'string' ? value : '';
    if (last?.text !== text) last = { text, indexed: indexedText(text) };
    return last.indexed;
  };
  database.function('search_words', { deterministic: true }, (text: unknown) => indexed(text).words);
  database.function('search_pairs', { deterministic: true }, (text: unknown) => indexed(text).pairs);
}
