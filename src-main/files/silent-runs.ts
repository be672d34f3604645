/** This many zeros in a row are worth a hole in the file. */
const LEAST_HOLE_BYTES = 8 * 1024;

const ZEROS = Buffer.alloc(64 * 1024);

/** The next piece for a file: buffers, or zeros that need not be written. */
export type Run =
  | { readonly kind: 'audio'; readonly buffers: Uint8Array[] }
  | { readonly kind: 'silence'; readonly bytes: number };

/** Splits audio at long digital silence: a file system stores that as a hole, which takes no room. */
export function silentRuns(buffers: readonly Uint8Array[]): Run[] {
  const runs: Run[] = [];
  let silent: Uint8Array[] = [];

  const addAudio = (some: readonly Uint8Array[]): void => {
    const last = runs.at(-1);
    if (last?.kind === 'audio') last.buffers.push(...some);
    else if (some.length > 0) runs.push({ kind: 'audio', buffers: [...some] });
  };
  const endSilence = (): void => {
    const bytes = silent.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (bytes >= LEAST_HOLE_BYTES) runs.push({ kind: 'silence', bytes });
    else addAudio(silent);
    silent = [];
  };

  for (const buffer of buffers)
    if (isZero(buffer)) silent.push(buffer);
    else {
      endSilence();
      addAudio([buffer]);
    }
  endSilence();
  return runs;
}

function isZero(buffer: Uint8Array): boolean {
  for (let at = 0; at < buffer.byteLength; at += ZEROS.byteLength) {
    const piece = buffer.subarray(at, at + ZEROS.byteLength);
    if (ZEROS.compare(piece, 0, piece.byteLength, 0, piece.byteLength) !== 0) return false;
  }
  return true;
}
