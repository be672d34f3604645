/**
 * WORD JOINER, an invisible character. A writer puts it at the beginning of a text, or after an opening bracket, that
 * would be read as a name, a time or a tag.
 */
export const UNSYNTAX_MARK = '\u2060';

const MARKED = new RegExp(`(^|[<{])${UNSYNTAX_MARK}`, 'g');

/** The text without the marks. */
export function withoutMarks(text: string): string {
  return text.replace(MARKED, '$1');
}
