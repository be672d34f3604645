import { MEBIBYTE } from '../../src-main/contract/limits.ts';
import { t } from './i18n.ts';

/** `0:07`, `12:31`, `1:02:03`. Never rounds up: a second counts once it is whole. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${rest(minutes)}:${rest(whole % 60)}` : `${minutes}:${rest(whole % 60)}`;
}

export function bytesText(bytes: number): string {
  if (bytes < MEBIBYTE) return `${Math.ceil(bytes / 1024)} KB`;
  const mebibytes = bytes / MEBIBYTE;
  return mebibytes < 1024
    ? `${mebibytes.toFixed(mebibytes < 10 ? 1 : 0)} MB`
    : `${(mebibytes / 1024).toFixed(1)} GB`;
}

/** With the offset: a recording may be from another zone, or from before the clocks changed. */
const dates = new Intl.DateTimeFormat(undefined, {
  ...{ year: 'numeric', month: 'short', day: 'numeric' },
  ...{ hour: 'numeric', minute: '2-digit', timeZoneName: 'shortOffset' },
});
export function dateText(iso: string): string {
  return dates.format(new Date(iso));
}

const times = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
export function timeText(iso: string): string {
  return times.format(new Date(iso));
}

/** `16 kHz mono`. */
export function qualityText(sampleRate: number, channels: number): string {
  return t('record.qualities.other', {
    rate: sampleRate / 1000,
    channels: channels === 2 ? t('record.stereo') : t('record.mono'),
  });
}

/** `0.4 s`, `12 s`, `3 min 20 s`. One digit for what a listener would notice; never `0.0` for something missing. */
export function lengthText(seconds: number): string {
  if (seconds < 0.01) return t('quantity.lessSeconds', { seconds: 0.01 });
  if (seconds < 9.95) return t('quantity.seconds', { seconds: trimmed(seconds) });
  const whole = Math.round(seconds);
  if (whole < 60) return t('quantity.seconds', { seconds: whole });
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  if (hours > 0) return t('quantity.hours', { hours, minutes });
  return t('quantity.minutes', { minutes, seconds: whole % 60 });
}

/** Hundredths only where they are all there is, or exact: `0.25`, `0.03`, but `2.1`. */
function trimmed(seconds: number): string {
  const isHundredths =
    seconds < 0.1 || (seconds < 1 && Math.abs(seconds * 20 - Math.round(seconds * 20)) < 1e-6);
  return isHundredths ? String(Number(seconds.toFixed(2))) : seconds.toFixed(1);
}
