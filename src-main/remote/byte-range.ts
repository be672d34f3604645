/** The first and last byte to send, both inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a Range header asks of a file of `size` bytes (RFC 9110, 14.1.2): one range, `unsatisfiable`, or `whole`
 * where there is none, where it is not understood, or where it asks for several, all of which may be ignored.
 */
export function parseByteRange(header: string | null, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '');
  if (match === null) return 'whole';
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return 'whole';
    const length = Number(to);
    return length === 0 || size === 0
      ? 'unsatisfiable'
      : { first: Math.max(0, size - length), last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return 'whole';
  if (first >= size) return 'unsatisfiable';
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

/** What tells one state of a file from another (RFC 9110, 8.8). */
export interface Validators {
  /** A strong one, with its quotes. */
  readonly etag: string;
  /** An HTTP date. */
  readonly lastModified: string;
}

/**
 * Whether a Range still concerns the file that the client has the rest of (RFC 9110, 13.1.5): true without `If-Range`,
 * where it is the very ETag, or the very date.
 */
export function isRangeCurrent(ifRange: string | null, { etag, lastModified }: Validators): boolean {
  const wanted = ifRange?.trim();
  return wanted === undefined || wanted === etag || wanted === lastModified;
}
