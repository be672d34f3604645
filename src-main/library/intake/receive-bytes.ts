import { openRegularFile } from '../../disk/regular-file.ts';
import { INTAKE_PIECE_BYTES } from '../../contract/intake.ts';
import { LecternError } from '../../contract/errors.ts';
import { writeFully } from '../../disk/write-fully.ts';
import { writeError } from '../../files/write-error.ts';
import type { IncomingFile } from './incoming-file.ts';

/**
 * Writes one piece of a file to its place. An incomplete piece is ignored and may be sent again.
 * @returns the number of bytes received so far.
 */
export async function receiveBytes(
  file: IncomingFile,
  offset: number,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  if (offset !== file.receivedBytes)
    throw new LecternError(
      'INVALID_INPUT',
      `Expected the piece at ${file.receivedBytes}, got the one at ${offset}`,
    );
  const most = Math.min(file.byteSize, offset + INTAKE_PIECE_BYTES);
  const handle = await openRegularFile(file.originalPath, 'r+');
  try {
    let position = offset;
    for await (const bytes of untilCalledOff(pieces, signal)) {
      if (position + bytes.length > most)
        throw new LecternError(
          'FILE_TOO_LARGE',
          `Expected at most ${most - offset} bytes in this piece: a file of ${file.byteSize} was announced, ` +
            `and a piece holds ${INTAKE_PIECE_BYTES}`,
        );
      await writeFully(handle, bytes, position).catch((error: unknown) => {
        throw writeError(error);
      });
      position += bytes.length;
    }
    if (position === file.byteSize) await handle.datasync();
    return position;
  } finally {
    await handle.close();
  }
}

/** A sender that has stopped must not block those who wait for its end. */
async function* untilCalledOff<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: calledOff, reject } = Promise.withResolvers<never>();
  calledOff.catch(() => undefined);
  const onAbort = (): void =>
    reject(signal.reason instanceof Error ? signal.reason : new Error('called off'));
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    signal.throwIfAborted();
    for (;;) {
      const next = await Promise.race([iterator.next(), calledOff]);
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!ended) void iterator.return?.().catch(() => undefined);
  }
}
