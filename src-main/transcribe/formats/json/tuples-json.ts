import { isSegment } from './segments-json.ts';

/**
 * Converts Python tuples in JSON to segments. `[segments, info]`, as faster-whisper answers, becomes its segments.
 * `[0.0, 1.5, "text"]`, and the fields of its segments, `[id, seek, start, end, "text", ...]`, become objects with
 * keys. Anything else stays as it is.
 */
export function asTimedList(list: readonly unknown[]): unknown[] {
  const [first, ...others] = list;
  const isPair = Array.isArray(first) && others.length <= 1 && !isTuple(first) && !others.some(isSegmentList);
  return (isPair ? first : list).map(asObject);
}

function isSegmentList(item: unknown): boolean {
  return Array.isArray(item) && (isTuple(item) || item.some((part) => isTuple(part) || isSegment(part)));
}

function isTuple(item: unknown): item is unknown[] {
  return Array.isArray(item) && item.findIndex(isText) >= 2 && typeof item[0] === 'number';
}

/** The times are the two before the text. An end may be missing. */
function asObject(item: unknown): unknown {
  if (!isTuple(item)) return item;
  const at = item.findIndex(isText);
  return { start: item[at - 2], end: item[at - 1], text: item[at] };
}

function isText(item: unknown): boolean {
  return typeof item === 'string';
}
