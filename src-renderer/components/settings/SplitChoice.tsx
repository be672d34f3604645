import { useId } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

const MINUTES = [10, 15, 30, 45, 60];

export function SplitChoice() {
  const app = useApp();
  const id = useId();
  const split = useSettings((state) => state.settings.split_minutes);
  const options =
    split === null || MINUTES.includes(split) ? MINUTES : [...MINUTES, split].sort((a, b) => a - b);
  const choose = (value: string) => {
    void app.updateSettings({ split_minutes: value === '' ? null : Number(value) });
  };
  return (
    <div className="field">
      <label htmlFor={id}>{t('settings.split')}</label>
      <select id={id} value={split ?? ''} onChange={(event) => choose(event.target.value)}>
        <option value="">{t('settings.splitNever')}</option>
        {options.map((count) => (
          <option key={count} value={count}>
            {t('settings.splitEvery', { count })}
          </option>
        ))}
      </select>
    </div>
  );
}
