import { checkedTimes, invalidTranscript, quoted } from './timed-text.ts';

// Hours may be left out, as in WebVTT; the comma is SRT's, the point WebVTT's.
const TIME = /^(-?)(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?$/;

/** `00:01:02,500` in milliseconds; NaN for anything else. */
export function parseCueTime(text: string): number {
  const match = TIME.exec(text);
  if (match === null) return NaN;
  const [, sign, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return (sign === '-' ? -1 : 1) * (whole * 1000 + Number(fraction.padEnd(3, '0')));
}

/** The times of `00:00:01,000 --> 00:00:02,500`; what follows them, such as a position, is left alone. */
export function parseCueTimes(line: string, where: string): { start_ms: number; end_ms: number } {
  const [from = '', after = ''] = line.split('-->', 2);
  const start = parseCueTime(from.trim());
  const end = parseCueTime(after.trim().split(/\s/, 1)[0] ?? '');
  if (Number.isNaN(start) || Number.isNaN(end))
    throw invalidTranscript(`times such as 00:00:01,000 --> 00:00:02,500 in ${where}`, quoted(line.trim()));
  return checkedTimes(where, start, end);
}
