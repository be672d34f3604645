import { PROFILES, type EncodingProfile } from './encoding-profiles.ts';
import { MULTI_BYTE_PROFILES, type MultiByteProfile } from './multi-byte-profiles.ts';

/** Bytes beyond ASCII that are examined: some pages of text. */
const SAMPLE_BYTES = 4000;
/**
 * Mean points of a character beyond ASCII: 1 for a letter of the language, less than 0 for one that it does not use.
 */
const LEAST_POINTS = 0.5;

/** Points for the few hundred characters that most text consists of. */
const COMMON = 1.5;
const LETTER = 0.5;
/** Dashes, quotation marks and the like prove little: every text has them. */
const SIGN = 0.6;
const FOREIGN = -1;
/** A capital after a small letter, two scripts in one word, a sign within a word. */
const IMPOSSIBLE = -1.5;
/** Over the whole text: a single word proves nothing. */
const RARE_LETTER = -0.15;

/**
 * The legacy encoding of bytes that are not UTF-8: the one in which they best make words of some language. Undefined
 * where none does.
 */
export function detectLegacyEncoding(bytes: Uint8Array): string | undefined {
  const sample = sampleOf(bytes);
  let best: { encoding: string; points: number } | undefined;
  const judge = (encoding: string, points: number): void => {
    if (points < LEAST_POINTS || points <= (best?.points ?? 0) + 1e-9) return;
    if (isValid(bytes, encoding)) best = { encoding, points };
  };
  const texts = new Map<string, string>();
  for (const profile of PROFILES) {
    const text = texts.get(profile.encoding) ?? new TextDecoder(profile.encoding).decode(sample);
    texts.set(profile.encoding, text);
    judge(profile.encoding, singleBytePoints(text, profile));
  }
  for (const profile of MULTI_BYTE_PROFILES) judge(profile.encoding, multiBytePoints(sample, profile));
  return best?.encoding;
}

/** The lines with more than ASCII, as many as needed. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  let beyond = 0;
  for (let start = 0; start < bytes.length && beyond < SAMPLE_BYTES;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    const line = bytes.subarray(start, Math.min(end, start + SAMPLE_BYTES));
    const count = line.reduce((sum, byte) => sum + (byte >> 7), 0);
    if (count > 0) lines.push(line);
    beyond += count;
    start = end;
  }
  return Buffer.concat(lines);
}

function isValid(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const WORDS = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*/gu;
const BEYOND = /[^\p{ASCII}]/gu;
const USUAL_SIGN = /[\u00a0«»‹›“”„‘’‚–—…•·°§€£©®™№¿¡½¼¾×´]/u;

/** Mean points of the characters beyond ASCII. */
function singleBytePoints(text: string, profile: EncodingProfile): number {
  const beyond = text.match(BEYOND) ?? [];
  const letters = beyond.filter((character) => /[\p{L}\p{M}]/u.test(character)).length;
  if (letters === 0) return beyond.every((sign) => USUAL_SIGN.test(sign)) ? SIGN : 0;
  let points = 0;
  for (const sign of beyond) if (!/[\p{L}\p{M}]/u.test(sign) && !USUAL_SIGN.test(sign)) points += IMPOSSIBLE;
  // The only sign between two letters is an apostrophe.
  points += IMPOSSIBLE * (text.match(/\p{L}[^\p{ASCII}\p{L}\p{M}’\u00a0–—…·-]+\p{L}/gu)?.length ?? 0);
  for (const [word] of text.matchAll(WORDS)) points += wordPoints(word, profile);
  for (const letter of profile.rare) if (text.toLowerCase().includes(letter)) points += RARE_LETTER;
  return points / letters;
}

function wordPoints(word: string, profile: EncodingProfile): number {
  const beyond = word.match(BEYOND);
  if (beyond === null) return 0;
  let points = 0;
  for (const letter of beyond)
    points += profile.letters.get(letter) ?? profile.letters.get(letter.toLowerCase()) ?? FOREIGN;
  if (/\p{Ll}\p{Lu}/u.test(word)) points += IMPOSSIBLE * beyond.length;
  const ascii = /[a-z]/i.test(word);
  if (profile.isLatin) {
    // Letters with marks stand among other letters, or alone, as in "à".
    if (beyond.length > 1 && (!ascii || beyond.length * 2 > word.length + 1))
      points += IMPOSSIBLE * beyond.length;
    else if (/[^\p{ASCII}]{4}/u.test(word)) points += IMPOSSIBLE * beyond.length;
  } else {
    if (ascii) points += IMPOSSIBLE * beyond.length;
    points += IMPOSSIBLE * (word.match(MISPLACED)?.length ?? 0);
    points += LETTER * (word.match(FINAL)?.length ?? 0);
  }
  return points;
}

/**
 * Thai marks without their consonant, and vowels before it that have none; Hebrew and Greek letters of a word's end within
 * it; Cyrillic signs that begin no word.
 */
const MISPLACED = /(?<![ก-ฮัิ-ู็-๎])[ะ-ฺ็-๎]|[เ-ไ](?![ก-ฮ])|[ךםןףץς](?=\p{L})|(?<!\p{L})[ьъы]/gu;
const FINAL = /[ךםןףץς](?!\p{L})/gu;

function multiBytePoints(sample: Uint8Array, profile: MultiByteProfile): number {
  const decoder = new TextDecoder(profile.encoding);
  let points = 0;
  let characters = 0;
  for (let index = 0; index < sample.length;) {
    const first = sample[index] ?? 0;
    const second = sample[index + 1] ?? 0;
    if (first < 0x80) {
      index++;
      continue;
    }
    const length = profile.lengthOf(first, second);
    const character = decoder.decode(sample.subarray(index, index + length));
    index += length;
    characters++;
    if (profile.isCommon(character)) points += COMMON;
    else if (!profile.isUsual(first, second)) points += FOREIGN;
    else points += /\p{L}/u.test(character) ? LETTER : SIGN;
  }
  return characters === 0 ? 0 : points / characters;
}
