import { z } from 'zod';
import { type Result, wireErrorSchema } from '../../src-main/contract/errors.ts';
import { intakeBytesPath } from '../../src-main/contract/intake.ts';

const answerSchema = z.union([
  z.object({ received_bytes: z.int().min(0) }),
  z.object({ error: wireErrorSchema }),
]);

/** Sends one piece of a file. Returns how many of its bytes the engine has then. */
export type SendPiece = (
  id: string,
  offset: number,
  piece: Blob,
  signal: AbortSignal,
) => Promise<Result<number>>;

/**
 * Over HTTP, or the desktop's app://. The piece is read into memory first: both shells accept plain bytes, while
 * Electron would send a file as a file.
 */
export const sendPiece: SendPiece = async (id, offset, piece, signal) => {
  let bytes: ArrayBuffer;
  try {
    bytes = await piece.arrayBuffer();
  } catch {
    return failure('FILE_UNREADABLE', 'Expected a file that can be read; it has moved, or is a folder');
  }
  let body: unknown;
  try {
    const response = await fetch(intakeBytesPath(id, offset), { method: 'PUT', body: bytes, signal });
    body = await response.json();
  } catch {
    return failure('CONNECTION_LOST', 'Expected the recorder to take the file, it did not answer');
  }
  const answer = answerSchema.safeParse(body);
  if (!answer.success) return failure('INTERNAL', 'Expected an answer this page understands');
  if ('error' in answer.data) return { ok: false, error: answer.data.error };
  return { ok: true, value: answer.data.received_bytes };
};

function failure(
  code: 'FILE_UNREADABLE' | 'CONNECTION_LOST' | 'INTERNAL',
  message: string,
): { readonly ok: false; readonly error: { readonly code: typeof code; readonly message: string } } {
  return { ok: false, error: { code, message } };
}
