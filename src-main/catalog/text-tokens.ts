import { CHUNKS, CLUSTERS, foldCluster, PICTURE_PATTERN } from './fold-text.ts';

/** A token: a word; in scripts without spaces between words, one sign with its marks; or a picture. */
export interface TextToken {
  /** Folded. */
  readonly text: string;
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Of a script without spaces, or a picture. */
  readonly isSign: boolean;
  /** A sign that follows another with nothing between them. */
  readonly continues: boolean;
}

const SIGN =
  /^(?=[\p{L}\p{N}])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Yi}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tai_Tham}\p{scx=New_Tai_Lue}\p{scx=Tai_Le}\p{scx=Tai_Viet}\p{scx=Javanese}\p{scx=Balinese}]/u;
const PICTURE = new RegExp(`^${PICTURE_PATTERN}`, 'u');
/** Alphabets between which a word ends without a space, as in "Zoom회의". Digits belong to either. */
const SCRIPTS = [
  /^\p{Script=Latin}/u,
  /^\p{Script=Hangul}/u,
  /^\p{Script=Cyrillic}/u,
  /^\p{Script=Arabic}/u,
  /^\p{Script=Devanagari}/u,
  /^\p{Script=Greek}/u,
  /^\p{Script=Hebrew}/u,
];
const ASCII = /^\p{ASCII}*$/u;
/** Khmer and Thai may mark the end of a word by a space of no width. */
const ONLY_ZERO_SPACES = /^\u200b+$/;
/** Separates signs that do not follow each other, so that they are not found as a pair. No token contains it. */
const BREAK = '\u00b7';

/** The words and signs of a text, in order. */
export function tokensOf(text: string): TextToken[] {
  const tokens: TextToken[] = [];
  for (const { 0: chunk, index } of text.matchAll(CHUNKS))
    if (ASCII.test(chunk)) {
      const end = index + chunk.length;
      tokens.push({ text: chunk.toLowerCase(), start: index, end, isSign: false, continues: false });
    } else addTokens(tokens, text, chunk, index);
  return tokens;
}

/** The properties of a single cluster. */
interface Sign {
  readonly folded: string;
  readonly isSign: boolean;
  /** Undefined for digits. */
  readonly script: number | undefined;
}

/** Texts use the same few thousand clusters, and folding each takes a dozen steps. */
const MAX_KNOWN_SIGNS = 20_000;
const MAX_KNOWN_UNITS = 8;
const knownSigns = new Map<string, Sign>();

function signOf(cluster: string): Sign {
  const known = knownSigns.get(cluster);
  if (known !== undefined) return known;
  const folded = foldCluster(cluster);
  const sign = { folded, isSign: SIGN.test(folded) || PICTURE.test(folded), script: scriptOf(folded) };
  if (cluster.length > MAX_KNOWN_UNITS) return sign;
  if (knownSigns.size >= MAX_KNOWN_SIGNS) knownSigns.clear();
  knownSigns.set(cluster, sign);
  return sign;
}

function addTokens(tokens: TextToken[], text: string, chunk: string, at: number): void {
  let word: { text: string; start: number; end: number; script: number | undefined } | undefined;
  const endWord = (): void => {
    if (word !== undefined)
      tokens.push({ text: word.text, start: word.start, end: word.end, isSign: false, continues: false });
    word = undefined;
  };
  for (const { 0: cluster, index } of chunk.matchAll(CLUSTERS)) {
    const { folded, isSign, script } = signOf(cluster);
    if (folded === '') continue;
    const start = at + index;
    const end = start + cluster.length;
    if (isSign) {
      endWord();
      tokens.push({ text: folded, start, end, isSign: true, continues: follows(tokens.at(-1), text, start) });
      continue;
    }
    if (word === undefined || (script !== undefined && word.script !== undefined && script !== word.script)) {
      endWord();
      word = { text: folded, start, end, script };
    } else word = { text: word.text + folded, start: word.start, end, script: script ?? word.script };
  }
  endWord();
}

function follows(before: TextToken | undefined, text: string, start: number): boolean {
  if (before?.isSign !== true) return false;
  return before.end === start || ONLY_ZERO_SPACES.test(text.slice(before.end, start));
}

/** Undefined for digits. */
function scriptOf(folded: string): number | undefined {
  return /^\p{N}/u.test(folded) ? undefined : SCRIPTS.findIndex((script) => script.test(folded));
}

/** The index entries of a text. */
export interface IndexedText {
  /** Every word and every sign. */
  readonly words: string;
  /**
   * Every two signs that follow each other. Two signs are a word in Chinese, while a single one is in every third line.
   */
  readonly pairs: string;
}

/** A text as the index takes it: folded, with a space between any two tokens. */
export function indexedText(text: string): IndexedText {
  // The index's own tokenizer does the same to ASCII.
  if (ASCII.test(text)) return { words: text, pairs: '' };
  const tokens = tokensOf(text);
  return { words: tokens.map((token) => token.text).join(' '), pairs: pairsOf(tokens).join(' ') };
}

/** Pairs of signs in order; those of two runs are kept apart. */
export function pairsOf(tokens: readonly TextToken[]): string[] {
  const pairs: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1];
    if (before === undefined || !token.continues) continue;
    if (!before.continues && pairs.length > 0) pairs.push(BREAK);
    pairs.push(before.text + token.text);
  }
  return pairs;
}
