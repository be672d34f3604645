import { checkedTimes, invalidTranscript, quoted } from './timed-text.ts';

/**
 * Hours may be left out, as in WebVTT; the comma is SRT's, the point WebVTT's, and some write a colon. Where there is a
 * fraction, minutes may be missing too. Translating programs put spaces behind the colons.
 */
const CLOCK = String.raw`(?:\d{1,5}\s?:\s?)?\d{1,3}\s?:\s?\d{1,2}(?:\s?[.,:]\s?\d{1,9})?`;
const TIME = String.raw`[-−]?(?:${CLOCK}|\d{1,7}[.,]\d{1,9})`;
/** Two dashes and a bracket; word processors join the two dashes, translation programs put spaces between them. */
const ARROW = String.raw`(?:-\s?-{1,2}\s?>|[–—]>)`;

/** The line that begins a cue. A position on the screen may follow the times. */
const TIMES_LINE = new RegExp(String.raw`^\s*(${TIME})\s*${ARROW}\s*(?:(${TIME})(?!\S)|$)`);
const ANY_ARROW = new RegExp(ARROW);

/** Times too exact to be ordinary text: with a fraction, or with hours, minutes and seconds. */
const PRECISE = String.raw`[-−]?(?:\d{1,5}\s?:\s?)?\d{1,3}\s?:\s?\d{1,2}(?:\s?:\s?\d{1,2}(?:\s?[.,]\s?\d{1,9})?|\s?[.,]\s?\d{1,9})`;
const OTHER_ARROW = String.raw`(?:(?:[-‐-―−=~]\s?){1,4}[>＞›»]|[→⇒⇨⟶⟹➔➙➜➝➞➡]\ufe0f?)`;
/** Between such times, another kind of arrow counts too. */
const OTHER_TIMES_LINE = new RegExp(String.raw`^\s*(${PRECISE})\s*${OTHER_ARROW}\s*(${PRECISE})(?!\S)`);
/**
 * Two such times with one or two signs between them, as in YouTube's SBV: they are times only where a cue must begin.
 */
const PAIR_LINE = new RegExp(
  String.raw`^\s*(${PRECISE})(?:\s*[^\s\p{L}\p{N}:]{1,4}\s*|\s+)(${PRECISE})\s*$`,
  'u',
);
/** Every time contains this; most lines do not, and are skipped quickly. */
const HAS_CLOCK = /^[^\p{L}]{0,20}\d\s?[:.,]\s?\d/u;
const MAX_TIMES_LINE = 200;
/** A number with a colon, followed by any arrow. */
const MEANT_FOR_TIMES = new RegExp(String.raw`^\s*[-−]?\d[^\p{L}]{0,40}:.{0,60}?${OTHER_ARROW}`, 'u');
const PARTS = /^([-−]?)(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,:](\d+))?$/;

/** `00:01:02,500` in whole milliseconds; NaN for anything else. */
export function parseCueTime(text: string): number {
  const match = PARTS.exec(text.replace(/\s+/g, ''));
  if (match === null || !WHOLE_TIME.test(text)) return NaN;
  const [, sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] = clockParts(match);
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const milliseconds = Math.round(Number(`0.${fraction === '' ? '0' : fraction}`) * 1000);
  return (sign === '' ? 1 : -1) * (whole * 1000 + milliseconds);
}

const WHOLE_TIME = new RegExp(`^\\s*${TIME}\\s*$`);

/** `00:07:500`: three digits cannot be seconds, so the colon before them stands for a decimal point. */
function clockParts([all, sign, hours, minutes, seconds, fraction]: RegExpExecArray): (string | undefined)[] {
  if (fraction === undefined && seconds !== undefined && seconds.length > 2 && minutes !== undefined)
    return [all, sign, undefined, hours, minutes, seconds];
  return [all, sign, hours, minutes, seconds, fraction];
}

export function isTimesLine(line: string | undefined): boolean {
  return (
    line !== undefined && (TIMES_LINE.test(line) || (HAS_CLOCK.test(line) && OTHER_TIMES_LINE.test(line)))
  );
}

/** True for a line that can only be the times of a cue where one must begin, also a pair of times without an arrow. */
export function isTimesPair(line: string | undefined): boolean {
  return line !== undefined && line.length <= MAX_TIMES_LINE && HAS_CLOCK.test(line) && PAIR_LINE.test(line);
}

/** True for a line that may be intended as times, and for text with an arrow. */
export function hasArrow(line: string | undefined): boolean {
  return line !== undefined && (ANY_ARROW.test(line) || (line.includes(':') && MEANT_FOR_TIMES.test(line)));
}

/** The times of `00:00:01,000 --> 00:00:02,500`; the end is null where there is none. Throws INVALID_TRANSCRIPT. */
export function parseCueTimes(line: string, where: string): { start_ms: number; end_ms: number | null } {
  const [, from = '', until] =
    TIMES_LINE.exec(line) ?? OTHER_TIMES_LINE.exec(line) ?? PAIR_LINE.exec(line) ?? [];
  const start = parseCueTime(from);
  const end = until === undefined ? null : parseCueTime(until);
  if (Number.isNaN(start) || Number.isNaN(end))
    throw invalidTranscript(`times such as 00:00:01,000 --> 00:00:02,500 in ${where}`, quoted(line.trim()));
  return checkedTimes(where, start, end);
}
