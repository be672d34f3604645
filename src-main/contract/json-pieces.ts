/** Characters of a piece, more or less: a millisecond's work. */
const PIECE_CHARACTERS = 64 * 1024;
/** Depth down to which objects are split: `{version, session: {markers: [{…}]}}`. */
const MAX_DEPTH = 3;

/** Yields `JSON.stringify(value, undefined, space)` of plain data in pieces. */
export function* jsonPieces(value: unknown, space = 2): Generator<string> {
  let piece = '';
  for (const token of tokens(value, MAX_DEPTH, '', space)) {
    piece += token;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function* tokens(value: unknown, depth: number, indent: string, space: number): Generator<string> {
  if (typeof value !== 'object' || value === null || depth === 0) {
    // Line feeds within strings are escaped, so a raw line feed stands between tokens.
    yield JSON.stringify(value, undefined, space).replaceAll('\n', `\n${indent}`);
    return;
  }
  const isList = Array.isArray(value);
  const inner = indent + ' '.repeat(space);
  const feed = space === 0 ? '' : '\n';
  const colon = space === 0 ? ':' : ': ';
  let isFirst = true;
  const entries: Iterable<[string, unknown]> = isList
    ? value.map((item: unknown): [string, unknown] => ['', item ?? null])
    : Object.entries(value).filter(([, item]) => item !== undefined);
  for (const [key, item] of entries) {
    yield `${isFirst ? (isList ? '[' : '{') : ','}${feed}${inner}${isList ? '' : `${JSON.stringify(key)}${colon}`}`;
    yield* tokens(item, depth - 1, inner, space);
    isFirst = false;
  }
  if (isFirst) yield isList ? '[]' : '{}';
  else yield `${feed}${indent}${isList ? ']' : '}'}`;
}
