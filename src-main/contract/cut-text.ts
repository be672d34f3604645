/** A character that people see as one is hardly ever made of more code units. */
const LONG_CHARACTER = 64;
/** Where a character begins is told by what stands before it, but not by what stands far before it. */
const WINDOW = 8 * LONG_CHARACTER;

/** The beginning of a text, cut between characters as people see them, where it is longer than `max` UTF-16 code units. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const from = codePointAt(text, Math.max(0, max - WINDOW));
  let end = from;
  for (const { index, segment } of new Intl.Segmenter().segment(text.slice(from, max + LONG_CHARACTER))) {
    if (from + index + segment.length > max) break;
    end = from + index + segment.length;
  }
  // One character without end, as of accents upon accents, is cut between code points.
  return text.slice(0, max - end > LONG_CHARACTER ? codePointAt(text, max) : end);
}

/** The same place, or the one before it where that is in the middle of a surrogate pair. */
function codePointAt(text: string, index: number): number {
  const unit = text.charCodeAt(index - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? index - 1 : index;
}
