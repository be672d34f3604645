import type Database from 'better-sqlite3';
import { indexedText, type IndexedText } from './text-tokens.ts';

/**
 * Adds the two functions that index a text to our connection. SQLite's tokenizers cannot split scripts without spaces,
 * and another tokenizer cannot be added from here. No trigger and no view uses the functions, so that other programs
 * can open the database.
 */
export function addIndexFunctions(database: Database.Database): void {
  // Both functions are called for the same row, one after the other.
  let last: { text: string; indexed: IndexedText } | undefined;
  const indexed = (value: unknown): IndexedText => {
    const text = typeof value === 'string' ? value : '';
    if (last?.text !== text) last = { text, indexed: indexedText(text) };
    return last.indexed;
  };
  database.function('search_words', { deterministic: true }, (text: unknown) => indexed(text).words);
  database.function('search_pairs', { deterministic: true }, (text: unknown) => indexed(text).pairs);
}
