import { settingsSchema } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

export function ThemeChoice() {
  const app = useApp();
  const theme = useSettings((state) => state.settings.theme);
  return (
    <fieldset className="field segments">
      <legend>{t('settings.theme')}</legend>
      <div className="segments-row">
        {settingsSchema.shape.theme.options.map((option) => (
          <label key={option}>
            <input
              type="radio"
              name="theme"
              checked={theme === option}
              onChange={() => void app.updateSettings({ theme: option })}
            />
            <span>{t(`settings.themes.${option}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
