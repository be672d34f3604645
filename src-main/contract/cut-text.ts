/** One visible character hardly ever has more code units than this. */
const LONG_CHARACTER = 64;
/** The text just before a place decides whether a character begins there. Text further away does not matter. */
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
  // A character without end, such as a pile of accents, is cut between code points.
  return text.slice(0, max - end > LONG_CHARACTER ? codePointAt(text, max) : end);
}

/** The same place, or one before it where it would split a surrogate pair. */
function codePointAt(text: string, index: number): number {
  const unit = text.charCodeAt(index - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? index - 1 : index;
}
