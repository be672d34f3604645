import { pairsOf, tokensOf, type TextToken } from './text-tokens.ts';

/** A word, or a phrase that stood in quotation marks. */
export interface SearchTerm {
  readonly text: string;
  /** The end is still being typed: whatever begins like it counts. */
  readonly prefix: boolean;
  /** Its words and signs, as the index has them; none for punctuation. */
  readonly tokens: readonly TextToken[];
}

/** More words than anybody looks for; each costs a look at the index. */
const MAX_TERMS = 16;

/**
 * What somebody typed, as terms which must all be found. Text in quotation marks is a phrase; the last word, unless a
 * space or a quotation mark closes it, is the beginning of one. Terms of punctuation alone are left in.
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

/** True for what the index can look up: there is a word in it. */
export function hasWord({ tokens }: SearchTerm): boolean {
  return tokens.length > 0;
}

/**
 * The terms in the index's own syntax, in which a string in quotation marks is never anything but words. Signs that follow
 * each other are looked up by their pairs, which are rare; among words as well where they stand beside some.
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

/** One letter begins half of all words, and a sign that is typed is whole. */
function mayBeBeginning(text: string, last: TextToken | undefined): boolean {
  if (last === undefined || last.isSign || last.end < text.length) return false;
  return last.text.length > 1 || !/^\p{ASCII}/u.test(last.text);
}
