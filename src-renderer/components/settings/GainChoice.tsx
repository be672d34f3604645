import { chosenProfile } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

const GAINS = [1, 1.5, 2, 3, 4];

export function GainChoice() {
  const app = useApp();
  const gain = useSettings(({ settings }) => chosenProfile(settings).gain);
  const options = GAINS.includes(gain) ? GAINS : [...GAINS, gain].sort((a, b) => a - b);
  return (
    <div className="field">
      <label htmlFor="gain">{t('settings.gain')}</label>
      <select
        id="gain"
        aria-describedby="gain-hint"
        value={gain}
        onChange={(event) => void app.updateProfile({ gain: Number(event.target.value) })}
      >
        {options.map((times) => (
          <option key={times} value={times}>
            {times === 1 ? t('settings.gainOff') : t('settings.gainTimes', { times })}
          </option>
        ))}
      </select>
      <p className="hint" id="gain-hint">
        {t('settings.gainHint')}
      </p>
    </div>
  );
}
