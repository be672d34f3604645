/** What file systems take for one name: bytes of UTF-8 on Linux, and no more than that anywhere else. */
const MAX_NAME_BYTES = 255;

/**
 * A file name of a stem and what must follow it, the stem cut between characters where both would be too long.
 * @param room bytes that something else is going to add, such as `.partial`.
 */
export function fitName(stem: string, rest: string, room = 0): string {
  const left = MAX_NAME_BYTES - room - Buffer.byteLength(rest);
  if (Buffer.byteLength(stem) <= left) return stem + rest;
  let kept = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter().segment(stem)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > left) break;
    kept += segment;
  }
  return kept.trimEnd() + rest;
}
