import { parseTimedLines } from './parse-timed-lines.ts';
import { cleanText, readText } from './read-text.ts';
import { inOrder, invalidTranscript, type OnSkipped, type TimedText } from './timed-text.ts';

/**
 * The output of a program: plain text without times, or lines with times, such as whisper.cpp's. Throws
 * INVALID_TRANSCRIPT where it is not text at all.
 */
export function parsePlainText(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const text = readText(input);
  if (text.includes('\0')) throw invalidTranscript('text', `${text.length} characters with zeros among them`);
  return (
    parseTimedLines(text, onSkipped) ??
    inOrder([{ text: cleanText(text), start_ms: null, end_ms: null, words: null, speaker: null }])
  );
}
