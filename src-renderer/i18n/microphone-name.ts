import { t } from './i18n.ts';

/** Chromium's name for PulseAudio's default, whichever microphone that is. */
const UNNAMED_DEFAULT = 'Default';

/** A microphone's name as it is shown. */
export function microphoneName(label: string): string {
  return label === UNNAMED_DEFAULT ? t('microphone.defaultDevice') : label;
}
