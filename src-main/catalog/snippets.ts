import { MATCH_END, MATCH_START } from '../contract/search.ts';
import { hasWord, type SearchTerm } from './search-terms.ts';
import { tokensOf, type TextToken } from './text-tokens.ts';

/** Words of a snippet. */
const SNIPPET_WORDS = 16;
/** A sign says about half as much as a word. */
const SIGN_WORDS = 0.5;

interface Match {
  readonly term: SearchTerm;
  /** Tokens, the last not included. */
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts the text around the matches and puts each match between two marks. Returns the whole text where nothing matches.
 */
export function snippetOf(text: string, terms: readonly SearchTerm[]): string {
  const plain = text.replace(/[\p{Cc}\s]+/gu, ' ');
  const tokens = tokensOf(plain);
  const matches = terms.filter(hasWord).flatMap((term) => matchesOf(term, tokens));
  if (matches.length === 0) return plain;
  const { from, to } = windowOf(
    tokens,
    matches.toSorted((a, b) => a.from - b.from),
  );
  const start = from === 0 ? 0 : (tokens[from]?.start ?? 0);
  const end = to === tokens.length ? plain.length : (tokens[to - 1]?.end ?? plain.length);
  const shown = matches.filter((match) => match.from < to && match.to > from);
  const marked = markedText(
    plain.slice(start, end),
    shown.map((match) => ({
      start: (tokens[Math.max(match.from, from)]?.start ?? start) - start,
      end: (tokens[Math.min(match.to, to) - 1]?.end ?? end) - start,
    })),
  );
  return `${from === 0 ? '' : '…'}${marked}${to === tokens.length ? '' : '…'}`;
}

/** Every place where the tokens of a term follow one another. */
function matchesOf(term: SearchTerm, tokens: readonly TextToken[]): Match[] {
  const wanted = term.tokens;
  const isOneRun = wanted.slice(1).every(({ continues }) => continues);
  const matches: Match[] = [];
  for (let from = 0; from + wanted.length <= tokens.length; from++) {
    const fits = wanted.every(({ text, continues }, index) => {
      const token = tokens[from + index];
      if (token === undefined || (isOneRun && continues && !token.continues)) return false;
      const isOpen = term.prefix && index === wanted.length - 1;
      return isOpen ? token.text.startsWith(text) : token.text === text;
    });
    if (fits) matches.push({ term, from, to: from + wanted.length });
  }
  return matches;
}

/** The stretch that shows most of the terms, the first such stretch, with some text on both sides. */
function windowOf(tokens: readonly TextToken[], matches: readonly Match[]): { from: number; to: number } {
  const costs = [0];
  for (const { isSign } of tokens) costs.push((costs.at(-1) ?? 0) + (isSign ? SIGN_WORDS : 1));
  const cost = (from: number, to: number): number => (costs[to] ?? 0) - (costs[from] ?? 0);
  if (cost(0, tokens.length) <= SNIPPET_WORDS) return { from: 0, to: tokens.length };
  let best = { from: 0, to: 1, terms: 0 };
  for (const [index, { from }] of matches.entries()) {
    const terms = new Set<SearchTerm>();
    let to = from;
    for (
      let next = index;
      next < matches.length && cost(from, matches[next]?.to ?? 0) <= SNIPPET_WORDS;
      next++
    ) {
      const match = matches[next];
      if (match === undefined) break;
      terms.add(match.term);
      to = Math.max(to, match.to);
    }
    if (terms.size > best.terms) best = { from, to, terms: terms.size };
  }
  let from = best.terms === 0 ? (matches[0]?.from ?? 0) : best.from;
  let to = best.terms === 0 ? from + 1 : best.to;
  const before = (SNIPPET_WORDS - cost(from, to)) / 2;
  const first = from;
  while (from > 0 && cost(from - 1, first) <= before) from--;
  while (to < tokens.length && cost(from, to + 1) <= SNIPPET_WORDS) to++;
  while (from > 0 && cost(from - 1, to) <= SNIPPET_WORDS) from--;
  return { from, to };
}

/** Joins matches that overlap. */
function markedText(text: string, ranges: readonly { start: number; end: number }[]): string {
  let marked = '';
  let at = 0;
  let open: { start: number; end: number } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    marked += `${text.slice(at, open.start)}${MATCH_START}${text.slice(open.start, open.end)}${MATCH_END}`;
    at = open.end;
  };
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start))
    if (open !== undefined && start < open.end) open.end = Math.max(open.end, end);
    else {
      close();
      open = { start, end };
    }
  close();
  return marked + text.slice(at);
}
