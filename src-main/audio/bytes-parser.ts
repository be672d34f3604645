export interface ByteRange {
  /** From the beginning of the file. */
  readonly offset: number;
  readonly length: number;
}

/**
 * A parser that opens nothing. It yields the range that it wants to see next and receives those bytes, or fewer where
 * the file ends.
 */
export type BytesParser<Result> = Generator<ByteRange, Result, Uint8Array>;

/** Runs a parser on anything that can be read in pieces, such as a file. Rejects as `read` does. */
export async function parseFrom<Result>(
  parser: BytesParser<Result>,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Result> {
  let step = parser.next();
  while (step.done !== true) step = parser.next(await read(step.value.offset, step.value.length));
  return step.value;
}

/** Runs a parser on bytes that are all in memory. */
export function parseBytes<Result>(parser: BytesParser<Result>, bytes: Uint8Array): Result {
  let step = parser.next();
  while (step.done !== true) {
    const { offset, length } = step.value;
    step = parser.next(bytes.subarray(offset, offset + length));
  }
  return step.value;
}
