import type { Sound } from '../../src-main/contract/repair.ts';
import { t } from './i18n.ts';
import { lengthText, qualityText } from './quantities.ts';

/** `12 s, 16 kHz mono`; the length left out where it is not known. */
export function soundText({ sample_rate: sampleRate, channels, duration_seconds: seconds }: Sound): string {
  const quality =
    channels > 2
      ? t('intake.qualityMany', { rate: sampleRate / 1000, channels })
      : qualityText(sampleRate, channels);
  return seconds === null ? quality : t('intake.sound', { length: lengthText(seconds), quality });
}
