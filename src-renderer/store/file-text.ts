import type { WireError } from '../../src-main/contract/errors.ts';
import { MAX_IMPORT_CHARACTERS } from '../../src-main/contract/transcript.ts';

/** A file's text as it is sent: as text where it is UTF-8, else its bytes in base64, to be decoded where that is known. */
export type FileText = { readonly text: string } | { readonly data: string };

/** Bytes turned into characters at once: more arguments than a call may have are not passed. */
const PIECE_BYTES = 32_768;

/** A file that was chosen by mistake is not read into memory to be refused. */
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

/** U+FFFD stands where bytes are no UTF-8; zeros and escapes are another encoding's. */
function isPlainly(text: string): boolean {
  return !['\ufffd', '\0', '\u001b'].some((sign) => text.includes(sign));
}

function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += PIECE_BYTES)
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE_BYTES));
  return btoa(binary);
}
