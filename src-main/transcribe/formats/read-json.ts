import { linesOf, readText } from './read-text.ts';
import { invalidTranscript, quoted, readEach, type OnSkipped } from './timed-text.ts';

/**
 * JSON as recognisers write it: Python's NaN and Infinity become null, line breaks in strings become spaces, and halves
 * of characters, as in whisper.cpp's tokens, become U+FFFD. Throws INVALID_TRANSCRIPT.
 */
export function readJson(input: string | Uint8Array): unknown {
  const text = readLeniently(input);
  return parsed(text) ?? parseMended(text);
}

/**
 * JSON Lines, with an object in each; an invalid line is skipped. Undefined for a single piece of JSON, and where the
 * first line is not JSON.
 */
export function readJsonLines(input: string | Uint8Array, onSkipped?: OnSkipped): unknown[] | undefined {
  const text = readLeniently(input);
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  if (lines.length < 2 || !/^\s*\{.*\}\s*$/.test(lines[0] ?? '') || parsed(text) !== undefined)
    return undefined;
  if (parsed(lines[0] ?? '') === undefined && parsed(lines[1] ?? '') === undefined) return undefined;
  return readEach(lines, (line) => [parseMended(line)], onSkipped);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseMended(text: string): unknown {
  try {
    return JSON.parse(text.replace(STRING_OR_NAN, mendedPiece));
  } catch (error) {
    throw invalidTranscript('JSON', text.trim() === '' ? 'nothing' : quoted(text.trim()), error);
  }
}

/** Only whisper.cpp's JSON may have broken characters: its tokens are cut anywhere, its text is complete. */
function readLeniently(input: string | Uint8Array): string {
  if (typeof input === 'string') return readText(input);
  const text = new TextDecoder('utf-8').decode(input);
  const isPlain = !/[\ufffd\0]/.test(text);
  return isPlain || /"transcription"\s*:/.test(text.slice(0, 100_000)) ? text : readText(input);
}

// A string without an end extends to the end of the text: searching again from each quote would take for ever.
const STRING_OR_NAN = /"(?:[^"\\]+|\\.?)*(?:"|$)|-?\b(?:NaN|Infinity)\b/gs;

function mendedPiece(piece: string): string {
  return piece.startsWith('"') ? piece.replace(/\p{Cc}/gu, ' ') : 'null';
}
