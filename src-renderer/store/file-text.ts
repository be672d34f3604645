import type { WireError } from '../../src-main/contract/errors.ts';
import { MAX_IMPORT_CHARACTERS } from '../../src-main/contract/transcript.ts';

/** A file's text for sending: as text where it is UTF-8, else its bytes in base64, to be decoded by the engine. */
export type FileText = { readonly text: string } | { readonly data: string };

/** Bytes converted at once: a call can take only a limited number of arguments. */
const PIECE_BYTES = 32_768;

/** A larger file was chosen by mistake: it is refused before it is read. */
export async function readFileText(file: Blob): Promise<FileText | WireError> {
  if (file.size > MAX_IMPORT_CHARACTERS)
    return {
      code: 'INVALID_TRANSCRIPT',
      message: `Expected a file of at most ${MAX_IMPORT_CHARACTERS} bytes, got ${file.size}`,
    };
  try {
    const text = await file.text();
    return isPlainly(text) ? { text } : { data: base64Of(new Uint8Array(await file.arrayBuffer())) };
  } catch {
    return {
      code: 'FILE_UNREADABLE',
      message: 'Expected a file that can be read; it has moved, or is a folder',
    };
  }
}

/** U+FFFD marks bytes that are no UTF-8; zeros and escapes belong to another encoding. */
function isPlainly(text: string): boolean {
  return !['\ufffd', '\0', '\u001b'].some((sign) => text.includes(sign));
}

function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += PIECE_BYTES)
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE_BYTES));
  return btoa(binary);
}
