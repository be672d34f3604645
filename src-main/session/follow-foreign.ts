import type { UnitLength } from './foreign-units.ts';

/** The parser's position in a foreign stream between two chunks. */
export interface StreamPlace {
  /** Bytes that are still missing from the current piece. */
  readonly remaining: number;
  /** The beginning of a piece whose length is not known yet. */
  readonly begun: Uint8Array;
}

export const STREAM_START: StreamPlace = { remaining: 0, begun: new Uint8Array(0) };

/** The position after `chunk`; undefined where the chunk does not continue the stream. */
export function follow(
  place: StreamPlace,
  chunk: Uint8Array,
  unitLength: UnitLength,
): StreamPlace | undefined {
  const bytes = joined(place.begun, chunk);
  let at = place.remaining;
  let pieces = 0;
  while (at < bytes.length) {
    const length = unitLength(bytes, at);
    if (length === 'short') return { remaining: 0, begun: bytes.slice(at) };
    // Damage after a good piece: it is still that stream, at an unknown position.
    if (length === undefined) return pieces > 0 ? STREAM_START : undefined;
    at += length;
    pieces++;
  }
  return { remaining: at - bytes.length, begun: STREAM_START.begun };
}

/** Finds the continuation of a stream that has lost chunks: the first of several pieces in a row. */
export function findAgain(
  chunk: Uint8Array,
  unitLength: UnitLength,
  surePieces: number,
): StreamPlace | undefined {
  const isSure = (start: number): boolean => {
    let at = start;
    for (let piece = 0; piece < surePieces; piece++) {
      const length = at < chunk.length ? unitLength(chunk, at) : undefined;
      if (typeof length !== 'number') return false;
      at += length;
    }
    return true;
  };
  for (let start = 0; start < chunk.length; start++)
    if (isSure(start)) return follow(STREAM_START, chunk.subarray(start), unitLength);
  return undefined;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
