import type { WireError } from '../../../src-main/contract/errors.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useMicrophone } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { useFocusWhenLost } from '../use-window.ts';
import { DeniedHelp } from './DeniedHelp.tsx';
import { HelpSteps } from './HelpSteps.tsx';
import { MicrophonePicker } from './MicrophonePicker.tsx';
import { QualityChoice } from './QualityChoice.tsx';

/** No microphone, no permission, or a busy one: what that means and how to solve it, step by step. */
export function MicrophoneProblem({ error }: { error: WireError }) {
  const app = useApp();
  const heading = useFocusWhenLost<HTMLHeadingElement>();
  const { code } = error;
  const others = useMicrophone((state) => state.available.length > 1);
  const unsupported = code === 'CAPTURE_UNSUPPORTED';
  return (
    <div className="problem">
      <Icon name="microphoneOff" />
      <h2 ref={heading} tabIndex={-1}>
        {t(`errors.${code}.title`)}
      </h2>
      {code === 'MICROPHONE_DENIED' ? (
        <DeniedHelp />
      ) : code === 'MICROPHONE_NOT_FOUND' || code === 'MICROPHONE_BUSY' || unsupported ? (
        <HelpSteps steps={t(`problem.microphone.help.${code}`, { returnObjects: true })} />
      ) : (
        <p>{t(`errors.${code}.action`)}</p>
      )}
      {(others || unsupported) && code !== 'MICROPHONE_DENIED' && <MicrophonePicker />}
      {unsupported && <QualityChoice />}
      <button type="button" className="primary" onClick={() => void app.microphone.open()}>
        {t('common.tryAgain')}
      </button>
      <p className="hint">{t('problem.microphone.libraryStays')}</p>
    </div>
  );
}
