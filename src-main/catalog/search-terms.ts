import { pairsOf, tokensOf, type TextToken } from './text-tokens.ts';

/** A word, or a phrase that stood in quotation marks. */
export interface SearchTerm {
  readonly text: string;
  /** The user is still typing its end: every word that begins like it counts. */
  readonly prefix: boolean;
  /** Its words and signs, as the index has them; none for punctuation. */
  readonly tokens: readonly TextToken[];
}

/** More words than anybody looks for; each costs a lookup in the index. */
const MAX_TERMS = 16;

/**
 * Splits what somebody typed into terms; all of them must be found. Text in quotation marks is a phrase. The last word
 * is a prefix, unless a space or a quotation mark follows it. Terms of punctuation alone stay in the list.
 */
export function parseSearch(query: string): SearchTerm[] {
  // Control characters would end the index's own syntax early.
  const text = query.replace(/\p{Cc}/gu, ' ').replace(/[“”„«»]/g, '"');
  const terms: { text: string; prefix: boolean }[] = [];
  for (const [, phrase, closing, word] of text.matchAll(/"([^"]*)("?)|([^\s"]+)/g)) {
    const found = (phrase ?? word ?? '').trim();
    if (found !== '') terms.push({ text: found, prefix: closing !== '"' });
  }
  const openEnd = /[^\s"]$/.test(text);
  return terms.slice(0, MAX_TERMS).map(({ text: found, prefix }, index, all) => {
    const tokens = tokensOf(found);
    const isLast = index === all.length - 1;
    return {
      text: found,
      tokens,
      prefix: prefix && openEnd && isLast && mayBeBeginning(found, tokens.at(-1)),
    };
  });
}

/** True where the index can look the term up: it has a word in it. */
export function hasWord({ tokens }: SearchTerm): boolean {
  return tokens.length > 0;
}

/**
 * The terms in the index's own syntax, where a string in quotation marks is always taken as words. Signs that follow
 * each other are looked up by their pairs, which are rare. A term that has other tokens too is also looked up as words.
 */
export function matchExpression(terms: readonly SearchTerm[]): string {
  return terms
    .filter(hasWord)
    .flatMap(({ tokens, prefix }) => {
      const runs = runsOf(tokens).map((run) => `pairs : "${pairsOf(run).join(' ')}"`);
      const isOneRun = tokens.length > 1 && tokens.slice(1).every(({ continues }) => continues);
      const words = `words : "${tokens.map(({ text }) => text).join(' ')}"${prefix ? ' *' : ''}`;
      return isOneRun ? runs : [words, ...runs];
    })
    .join(' AND ');
}

/** Signs that follow each other, two and more. */
function runsOf(tokens: readonly TextToken[]): TextToken[][] {
  const runs: TextToken[][] = [];
  for (const token of tokens)
    if (token.continues) runs.at(-1)?.push(token);
    else runs.push([token]);
  return runs.filter((run) => run.length > 1);
}

/** A prefix of one letter would match half of all words; a typed sign is complete. */
function mayBeBeginning(text: string, last: TextToken | undefined): boolean {
  if (last === undefined || last.isSign || last.end < text.length) return false;
  return last.text.length > 1 || !/^\p{ASCII}/u.test(last.text);
}
