import { useId } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

const MINUTES = [10, 15, 30, 45, 60];
const MEGABYTES = [25, 50, 100, 250];

export function SplitChoice() {
  const app = useApp();
  const id = useId();
  const minutes = useSettings((state) => state.settings.split_minutes);
  const megabytes = useSettings((state) => state.settings.split_megabytes);
  const choose = (value: string) => {
    const [unit, count] = value.split(' ');
    void app.updateSettings({
      split_minutes: unit === 'minutes' ? Number(count) : null,
      split_megabytes: unit === 'megabytes' ? Number(count) : null,
    });
  };
  const chosen =
    minutes === null ? (megabytes === null ? '' : `megabytes ${megabytes}`) : `minutes ${minutes}`;
  return (
    <div className="field">
      <label htmlFor={id}>{t('settings.split')}</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.target.value)}>
        <option value="">{t('settings.splitNever')}</option>
        {withChosen(MINUTES, minutes).map((count) => (
          <option key={`minutes ${count}`} value={`minutes ${count}`}>
            {t('settings.splitEvery', { count })}
          </option>
        ))}
        {withChosen(MEGABYTES, megabytes).map((count) => (
          <option key={`megabytes ${count}`} value={`megabytes ${count}`}>
            {t('settings.splitAt', { count })}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The usual values, and a value that was set by hand. */
function withChosen(usual: readonly number[], chosen: number | null): readonly number[] {
  return chosen === null || usual.includes(chosen) ? usual : [...usual, chosen].sort((a, b) => a - b);
}
