/** The first and last byte to send, both inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a Range header asks for in a file of `size` bytes (RFC 9110, 14.1.2): one range; `unsatisfiable`; or `whole`
 * where there is no header, where it cannot be parsed, or where it asks for several ranges, all of which may be
 * ignored.
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

/** The validators that distinguish versions of a file (RFC 9110, 8.8). */
export interface Validators {
  /** A strong one, with its quotes. */
  readonly etag: string;
  /** An HTTP date. */
  readonly lastModified: string;
}

/**
 * True where a Range still refers to the client's version of the file (RFC 9110, 13.1.5): there is no `If-Range`, or it
 * equals the ETag or the date.
 */
export function isRangeCurrent(ifRange: string | null, { etag, lastModified }: Validators): boolean {
  const wanted = ifRange?.trim();
  return wanted === undefined || wanted === etag || wanted === lastModified;
}
