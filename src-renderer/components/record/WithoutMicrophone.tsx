import { t } from '../../i18n/i18n.ts';
import { useApp, useOtherSide } from '../app-context.ts';

/** A talk that the computer plays can be recorded without any microphone. */
export function WithoutMicrophone() {
  const app = useApp();
  const isPossible = useOtherSide(({ obstacle }) => obstacle === null);
  if (!isPossible) return null;
  return (
    <button type="button" onClick={() => void app.chooseOtherSideAlone(t('profile.otherSideAlone'))}>
      {t('problem.microphone.otherSideAlone')}
    </button>
  );
}
