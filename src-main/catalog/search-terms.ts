/** A word, or a phrase that stood in quotation marks. */
export interface SearchTerm {
  readonly text: string;
  /** The end is still being typed: whatever begins like it counts. */
  readonly prefix: boolean;
}

/** More words than anybody looks for; each costs a look at the index. */
const MAX_TERMS = 16;

/** What the index's tokenizer (unicode61) takes for part of a word; everything else separates words. */
const WORD_CHARACTER = /[\p{L}\p{N}\p{Co}]/u;
const LAST_WORD = /[\p{L}\p{N}\p{Co}]+$/u;

/**
 * What somebody typed, as terms which must all be found. Text in quotation marks is a phrase; the last word, unless a
 * space or a quotation mark closes it, is the beginning of one. Terms of punctuation alone are left in.
 */
export function parseSearch(query: string): SearchTerm[] {
  // Control characters would end the index's own syntax early.
  const text = query.replace(/\p{Cc}/gu, ' ').replace(/[“”„«»]/g, '"');
  const terms: SearchTerm[] = [];
  for (const [, phrase, closing, word] of text.matchAll(/"([^"]*)("?)|([^\s"]+)/g)) {
    const found = (phrase ?? word ?? '').trim();
    if (found !== '') terms.push({ text: found, prefix: closing !== '"' });
  }
  const openEnd = /[^\s"]$/.test(text);
  return terms.slice(0, MAX_TERMS).map(({ text: found, prefix }, index, all) => ({
    text: found,
    prefix: prefix && openEnd && index === all.length - 1 && mayBeBeginning(found),
  }));
}

/** True for what the index can look up: there is a word in it. */
export function hasWord({ text }: SearchTerm): boolean {
  return WORD_CHARACTER.test(text);
}

/** The terms in the index's own syntax, in which a string in quotation marks is never anything but words. */
export function matchExpression(terms: readonly SearchTerm[]): string {
  return terms
    .filter(hasWord)
    .map(({ text, prefix }) => `"${text.replaceAll('"', '""')}"${prefix ? ' *' : ''}`)
    .join(' ');
}

/** One letter begins half of all words; in scripts that are not alphabets one sign may well be a word. */
function mayBeBeginning(text: string): boolean {
  const last = LAST_WORD.exec(text)?.[0] ?? '';
  return last.length > 1 || /[^\p{ASCII}]/u.test(last);
}
