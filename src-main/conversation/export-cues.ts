import { setImmediate } from 'node:timers/promises';
import { flatMapInSlices } from '../contract/slices.ts';
import { hasArrow } from '../transcribe/formats/cue-time.ts';
import { hasSpeakerPrefix } from '../transcribe/formats/speaker-prefix.ts';
import { UNSYNTAX_MARK } from '../transcribe/formats/unsyntax.ts';

/** A line of text with the times that subtitles must have. */
export interface Cue {
  /** Whole milliseconds; the end lies after the start. */
  readonly startMs: number;
  readonly endMs: number;
  readonly label: string | null;
  /** One line. */
  readonly text: string;
}

/**
 * SubRip. It cannot escape text that looks like its own syntax, so an invisible mark (UNSYNTAX_MARK) keeps players from
 * reading it as such; our own parser removes the mark. Speakers are named as WhisperX names them.
 */
export async function toSrt(cues: readonly Cue[]): Promise<string> {
  const blocks = await flatMapInSlices(cues, setImmediate, ({ startMs, endMs, label, text }, index) => {
    const plain = withoutTags(text);
    const name = withoutTags(label ?? '')
      .replace(/\s*[[\]]+\s*/g, ' ')
      .trim();
    const said = name !== '' ? `[${name}]: ${plain}` : looksLikeSyntax(text) ? UNSYNTAX_MARK + plain : plain;
    return `${index + 1}\n${time(startMs, ',')} --> ${time(endMs, ',')}\n${said}\n`;
  });
  return blocks.join('\n');
}

function withoutTags(text: string): string {
  return text.replace(/[<{](?=[\w/\\])/g, `$&${UNSYNTAX_MARK}`);
}

/** True where the beginning of a text would be read as a name or as times. */
function looksLikeSyntax(text: string): boolean {
  return /^\[[^\]]*\]:/.test(text) || hasArrow(text) || hasSpeakerPrefix(text);
}

/** WebVTT (W3C, 2019), with speakers as voices. */
export async function toVtt(cues: readonly Cue[]): Promise<string> {
  const blocks = await flatMapInSlices(cues, setImmediate, ({ startMs, endMs, label, text }) => {
    // The ASCII arrow is escaped below; the marks protect the other arrows that parsers accept.
    const unnamed = hasSpeakerPrefix(text) || hasArrow(text) ? UNSYNTAX_MARK + escaped(text) : escaped(text);
    const said = label === null ? unnamed : `<v ${escaped(label)}>${escaped(text)}</v>`;
    return `${time(startMs, '.')} --> ${time(endMs, '.')}\n${said}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

/** §4.1: `&`, `<` and `>` are written as references; an arrow would otherwise end the cue. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `01:02:03,004`; hours have as many digits as they need. */
function time(ms: number, separator: ',' | '.'): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return (
    `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}` +
    `${separator}${String(ms % 1000).padStart(3, '0')}`
  );
}
