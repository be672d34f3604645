import { parseCueTimes } from './cue-time.ts';
import { cleanText, readText } from './read-text.ts';
import { inOrder, invalidTranscript, quoted, type TimedText } from './timed-text.ts';

/**
 * WORD JOINER, which is not seen: a writer puts it at the beginning of a text, or behind an opening bracket, that would
 * be taken for a name, a time or a tag.
 */
export const UNSYNTAX_MARK = '\u2060';

/** SubRip. Numbers may be missing and texts may hold empty lines. Throws INVALID_TRANSCRIPT. */
export function parseSrt(input: string | Uint8Array): TimedText[] {
  const lines = readText(input).split(/\r\n|\r|\n/);
  const cues: { readonly times: { start_ms: number; end_ms: number }; readonly lines: string[] }[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*\d+\s*$/.test(line) && isTimes(lines[index + 1])) continue;
    if (isTimes(line)) cues.push({ times: parseCueTimes(line, `cue ${cues.length + 1}`), lines: [] });
    else if (line.trim() !== '') {
      const cue = cues.at(-1);
      if (cue === undefined)
        throw invalidTranscript(
          'SRT: a number, then times such as 00:00:01,000 --> 00:00:02,500',
          quoted(line),
        );
      cue.lines.push(line);
    }
  }
  return inOrder(cues.map(({ times, lines: text }) => ({ ...times, words: null, ...speech(text) })));
}

function isTimes(line: string | undefined): boolean {
  return line !== undefined && /^\s*[-\d:.,NaInf]+\s+-->\s/.test(line);
}

/** Without tags and positions. `[SPEAKER_00]: ` is how WhisperX and its like tell speakers apart. */
function speech(lines: readonly string[]): { text: string; speaker: string | null } {
  const plain = lines
    .join('\n')
    .replace(/<\/?(?:b|i|u|s|font|c|ruby|rt)\b[^<>]*>/gi, '')
    .replace(/\{\\[^{}]*\}/g, '');
  const match = /^\s*\[([^\]\n]{1,80})\]:\s*([\s\S]*)$/.exec(plain);
  const speaker = cleanText(match?.[1] ?? '').replace(MARKED, '$1');
  const text = cleanText(speaker === '' ? plain : (match?.[2] ?? ''));
  return { text: text.replace(MARKED, '$1'), speaker: speaker === '' ? null : speaker };
}

const MARKED = new RegExp(`(^|[<{])${UNSYNTAX_MARK}`, 'g');
