import type { TranscriptWord } from '../../../contract/transcript.ts';

/** A part of a word with its times in milliseconds; NaN where it has none. */
export interface Token {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Joins whisper.cpp's tokens to words: a word begins where a token begins with a space. Null where words cannot be
 * found, as in scripts without spaces.
 */
export function wordsOfTokens(text: string, tokens: readonly Token[]): TranscriptWord[] | null {
  const groups: { text: string; from: number; to: number }[] = [];
  for (const token of tokens) {
    const group = groups.at(-1);
    if (group === undefined || /^\s/.test(token.text)) groups.push({ ...token });
    else {
      group.text += token.text;
      group.to = token.to;
    }
  }
  // Tokens may be halves of characters, but the text is complete: where both have the same number of words, the text's
  // spelling is used.
  const spelt = text.split(' ');
  if (groups.length === 0 || groups.length !== spelt.length) return null;
  const words: TranscriptWord[] = [];
  let earliest = 0;
  for (const [index, { from, to }] of groups.entries()) {
    if (!Number.isFinite(from) || !Number.isFinite(to) || from < 0) return null;
    // Its estimated times overlap by a few hundredths of a second in places.
    const start = Math.max(from, earliest);
    words.push({ text: spelt[index] ?? '', start_ms: start, end_ms: Math.max(start, to) });
    earliest = start;
  }
  return words;
}
