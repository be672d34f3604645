import { readText } from './read-text.ts';
import { invalidTranscript, quoted } from './timed-text.ts';

/**
 * JSON as recognisers write it: Python's NaN and Infinity become null, line breaks inside of strings spaces, and halves of
 * characters, which whisper.cpp's tokens can be, U+FFFD. Throws INVALID_TRANSCRIPT.
 */
export function readJson(input: string | Uint8Array): unknown {
  const text = readLeniently(input);
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(text.replace(STRING_OR_NAN, mendedPiece));
    } catch (error) {
      throw invalidTranscript('JSON', text.trim() === '' ? 'nothing' : quoted(text.trim()), error);
    }
  }
}

function readLeniently(input: string | Uint8Array): string {
  try {
    return readText(input);
  } catch (error) {
    const text = new TextDecoder('utf-8').decode(typeof input === 'string' ? new Uint8Array() : input);
    if (!/"transcription"\s*:/.test(text.slice(0, 100_000))) throw error;
    return text;
  }
}

// A string that does not end is one to the end: looked for anew from each quote, that would take for ever.
const STRING_OR_NAN = /"(?:[^"\\]+|\\.?)*(?:"|$)|-?\b(?:NaN|Infinity)\b/gs;

function mendedPiece(piece: string): string {
  return piece.startsWith('"') ? piece.replace(/\p{Cc}/gu, ' ') : 'null';
}
