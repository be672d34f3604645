/**
 * Characters that change how a word is written but not which word it is: joiners and non-joiners (U+200C, U+200D), soft
 * hyphens, marks of direction, variation selectors, and the stroke that makes Arabic words longer.
 */
const UNSEEN = String.raw`\u00ad\u034f\u061c\u0640\u180b-\u180e\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff`;

/**
 * Pictures, and flags of two letters. Not the characters that stand for letters or punctuation, such as ™, ©, Ⓜ and ‼.
 */
export const PICTURE_PATTERN = String.raw`(?:(?![\0-\u00ff\u203c\u2049\u2122\u2139\u24c2\u3030\u303d\u3297\u3299\u{1f100}-\u{1f1e5}\u{1f200}-\u{1f2ff}])\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}]{2})`;

/**
 * A letter or digit with its marks, or a picture with its skin colour. Decomposed letters of Hangul, as file names have
 * them, stay together.
 */
const CLUSTER_PATTERN =
  String.raw`(?:[\u1100-\u115f\ua960-\ua97c][\u1160-\u11a7\ud7b0-\ud7c6]*[\u11a8-\u11ff\ud7cb-\ud7fb]*|[\p{L}\p{N}\p{Co}]|${PICTURE_PATTERN})` +
  String.raw`[\p{M}\p{Emoji_Modifier}\uff9e\uff9f${UNSEEN}]*`;

/** Each cluster of a text. */
export const CLUSTERS = new RegExp(CLUSTER_PATTERN, 'gu');
/** Clusters with nothing between them. */
export const CHUNKS = new RegExp(`(?:${CLUSTER_PATTERN})+`, 'gu');

const UNSEEN_SIGNS = new RegExp(`[${UNSEEN}]`, 'gu');
const MARKS = /\p{Mn}/gu;
/** Vowels of Arabic and Hebrew, which are hardly ever written. */
const POINTS = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]/gu;
const NO_WORD = /[^\p{L}\p{N}\p{M}\p{Co}\p{Extended_Pictographic}\u{1f1e6}-\u{1f1ff}]/gu;
/** Letters that Unicode does not decompose, with the spelling used on keyboards that lack them. */
const SPELT: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  þ: 'th',
  ё: 'е',
};
const SPELT_OTHERWISE = new RegExp(`[${Object.keys(SPELT).join('')}]`, 'gu');

/**
 * A cluster as it is compared: in small letters after full case folding (ß is ss, a ligature its letters, the Turkish letters
 * without a dot and with one are both i), of one width, Latin and Greek without accents and strokes, ё as е, Arabic and Hebrew
 * without points.
 */
export function foldCluster(cluster: string): string {
  // Some characters become several letters only when an upper-case form is lowered, as ß does.
  const cased = cluster.replace(UNSEEN_SIGNS, '').normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
  const apart = cased.normalize('NFD');
  const bare = /^[\p{Script=Latin}\p{Script=Greek}]/u.test(apart)
    ? apart.replace(MARKS, '')
    : apart.replace(POINTS, '');
  return bare
    .normalize('NFC')
    .replaceAll('ς', 'σ')
    .replace(SPELT_OTHERWISE, (letter) => SPELT[letter] ?? letter)
    .replace(NO_WORD, '');
}
