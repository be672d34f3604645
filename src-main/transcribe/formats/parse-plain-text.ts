import { parseCueTimes } from './cue-time.ts';
import { cleanText, readText } from './read-text.ts';
import { inOrder, invalidTranscript, type TimedText } from './timed-text.ts';

/**
 * What a program prints: plain text without times, or whisper.cpp's `[00:00:00.000 --> 00:00:02.500]  text`. Throws
 * INVALID_TRANSCRIPT for what is no text at all.
 */
export function parsePlainText(input: string | Uint8Array): TimedText[] {
  const text = readText(input);
  if (text.includes('\0')) throw invalidTranscript('text', `${text.length} characters with zeros among them`);
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const timed = lines.map((line) => /^\s*\[(\d[\d:., ]{1,20}-->[\d:., ]{1,20})\](.*)$/.exec(line));
  if (lines.length > 0 && timed.every((match) => match !== null))
    return inOrder(
      timed.map((match, index) => ({
        ...parseCueTimes(match[1] ?? '', `line ${index + 1}`),
        text: cleanText(match[2] ?? ''),
        words: null,
        speaker: null,
      })),
    );
  return inOrder([{ text: cleanText(text), start_ms: null, end_ms: null, words: null, speaker: null }]);
}
