/**
 * WORD JOINER, which is not seen: a writer puts it at the beginning of a text, or behind an opening bracket, that would
 * be taken for a name, a time or a tag.
 */
export const UNSYNTAX_MARK = '\u2060';

const MARKED = new RegExp(`(^|[<{])${UNSYNTAX_MARK}`, 'g');

/** Text as it was before it was marked. */
export function withoutMarks(text: string): string {
  return text.replace(MARKED, '$1');
}
