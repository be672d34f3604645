import { parseCueTimes } from './cue-time.ts';
import { cleanText, readText, withoutEntities } from './read-text.ts';
import { inOrder, invalidTranscript, quoted, type TimedText } from './timed-text.ts';

/** WebVTT (W3C, 2019): voices are speakers; notes, styles and regions are left out. Throws INVALID_TRANSCRIPT. */
export function parseVtt(input: string | Uint8Array): TimedText[] {
  const text = readText(input);
  if (text.trim() === '') return [];
  const [head = '', ...blocks] = text.replace(/\r\n?/g, '\n').split(/\n(?:[ \t]*\n)+/);
  const [first = '', ...afterFirst] = head.split('\n');
  if (!/^WEBVTT(?:[ \t]|$)/.test(first))
    throw invalidTranscript('WebVTT, beginning with WEBVTT', quoted(first));
  const cues: TimedText[] = [];
  let stray: string | undefined;
  // Some writers leave no empty line after the header.
  for (const block of [afterFirst.join('\n'), ...blocks]) {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0 || /^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(lines[0] ?? '')) continue;
    const timeLine = lines.findIndex((line) => line.includes('-->'));
    // Text that is no cue: the header's own lines, or an empty line inside a cue, which ends it.
    if (timeLine === -1) {
      if (block !== afterFirst.join('\n')) stray ??= block;
      continue;
    }
    cues.push(
      ...voices(lines.slice(timeLine + 1).join('\n')).map((voice) => ({
        ...parseCueTimes(lines[timeLine] ?? '', `cue ${cues.length + 1}`),
        words: null,
        ...voice,
      })),
    );
  }
  if (cues.length === 0 && stray !== undefined)
    throw invalidTranscript('WebVTT cues with times such as 00:01.000 --> 00:02.500', quoted(stray));
  return inOrder(cues);
}

/** `<v Ann>Hello.</v> <v Bob>Hi.</v>`: who says what in one cue. */
function voices(payload: string): { text: string; speaker: string | null }[] {
  const pieces = payload.split(/<v(?:\.[^\s<>]*)?\s([^<>]*)>/i);
  const [unspoken = ''] = pieces;
  const said: { text: string; speaker: string | null }[] = [{ text: plain(unspoken), speaker: null }];
  for (let index = 1; index < pieces.length; index += 2) {
    const speaker = plain(pieces[index] ?? '').slice(0, 80);
    said.push({ text: plain(pieces[index + 1] ?? ''), speaker: speaker === '' ? null : speaker });
  }
  return said.filter(({ text }) => text !== '');
}

function plain(text: string): string {
  return cleanText(withoutEntities(text.replace(/<[^<>]*>/g, '')));
}
