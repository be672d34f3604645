import type { TranscriptWord } from '../../../contract/transcript.ts';
import { cleanText } from '../read-text.ts';
import { checkedTimes, type TimedText } from '../timed-text.ts';

/**
 * A word with its times in milliseconds, in its original spelling. A leading space matters where other words have one.
 */
export interface SpokenWord {
  readonly text: string;
  readonly start_ms: number;
  /** Null where it was not given and no word follows: the word lasts until the audio ends. */
  readonly end_ms: number | null;
  readonly speaker: string | null;
}

/** A pause this long separates two lines. */
const PAUSE_MS = 1500;
/** About a minute of speech without a full stop. */
const MAX_LINE_WORDS = 150;
const SENTENCE_END = /[.?!…。？！]["'”’»)\]]*\s*$/u;
/** Signs of these scripts have no spaces between them. */
const SIGNS = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;
const UNSPACED = new RegExp(`^${SIGNS}`, 'u');
const ENDS_UNSPACED = new RegExp(`${SIGNS}\\p{M}*$`, 'u');

/** Makes lines from words without lines: a line ends with a sentence, at a pause, and where the speaker changes. */
export function linesOfWords(words: readonly SpokenWord[]): TimedText[] {
  const hasSpaces = words.slice(1).some(({ text }) => /^\s/.test(text));
  const lines: SpokenWord[][] = [];
  for (const word of words) {
    if (word.text.trim() === '') continue;
    const line = lines.at(-1);
    const last = line?.at(-1);
    const goesOn =
      line !== undefined &&
      last !== undefined &&
      last.speaker === word.speaker &&
      word.start_ms - (last.end_ms ?? last.start_ms) < PAUSE_MS &&
      line.length < MAX_LINE_WORDS &&
      !SENTENCE_END.test(last.text);
    if (goesOn) line.push(word);
    else lines.push([word]);
  }
  return lines.map((line): TimedText => {
    const text = line.reduce(
      (sum, { text: word }) => sum + (hasSpaces ? '' : gapBetween(sum, word)) + word,
      '',
    );
    const [first] = line;
    return {
      text: cleanText(text),
      start_ms: first?.start_ms ?? null,
      end_ms: line.at(-1)?.end_ms ?? null,
      words: wordsOf(line),
      speaker: first?.speaker ?? null,
    };
  });
}

function gapBetween(before: string, word: string): string {
  return before === '' || (ENDS_UNSPACED.test(before) && UNSPACED.test(word)) ? '' : ' ';
}

/** In the transcript's form; null for none. */
export function wordsOf(words: readonly SpokenWord[]): TranscriptWord[] | null {
  const spelt = words.flatMap(({ text, start_ms, end_ms }): TranscriptWord[] => {
    const clean = cleanText(text);
    return clean === ''
      ? []
      : [{ text: clean, ...checkedTimes(`the word ${JSON.stringify(clean)}`, start_ms, end_ms ?? start_ms) }];
  });
  return spelt.length === 0 ? null : spelt;
}
