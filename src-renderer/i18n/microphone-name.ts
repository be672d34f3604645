import { t } from './i18n.ts';

/** What Chromium calls the choice of PulseAudio, whichever microphone that is. */
const UNNAMED_DEFAULT = 'Default';

/** A microphone's name as it is shown. */
export function microphoneName(label: string): string {
  return label === UNNAMED_DEFAULT ? t('microphone.defaultDevice') : label;
}
