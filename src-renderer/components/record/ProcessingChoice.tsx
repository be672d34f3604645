import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

const SWITCHES = [
  { key: 'echo_cancellation', label: 'record.echoCancellation' },
  { key: 'noise_suppression', label: 'record.noiseSuppression' },
  { key: 'auto_gain_control', label: 'record.autoGainControl' },
] as const;

export function ProcessingChoice({ folded }: { folded: boolean }) {
  const app = useApp();
  const settings = useSettings((state) => state.settings);
  const on = SWITCHES.filter(({ key }) => settings[key]).map(({ label }) => t(label));
  const switches = (
    <div className="switches">
      {SWITCHES.map(({ key, label }) => (
        <label key={key}>
          <input
            type="checkbox"
            role="switch"
            checked={settings[key]}
            onChange={(event) => void app.updateSettings({ [key]: event.target.checked })}
          />
          {t(label)}
        </label>
      ))}
      <p className="hint">{t('record.processingHint')}</p>
    </div>
  );
  if (!folded)
    return (
      <fieldset className="field">
        <legend>{t('record.processing')}</legend>
        {switches}
      </fieldset>
    );
  return (
    <details className="fold">
      <summary>
        {t('record.processing')}
        <span className="hint">{on.length === 0 ? t('record.processingOff') : on.join(', ')}</span>
      </summary>
      {switches}
    </details>
  );
}
