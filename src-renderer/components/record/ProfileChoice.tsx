import { useId } from 'react';
import { chosenProfile } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

/** The kind of session. It decides which sides are recorded, and how. */
export function ProfileChoice() {
  const app = useApp();
  const id = useId();
  const profiles = useSettings(({ settings }) => settings.profiles);
  const chosen = useSettings(({ settings }) => chosenProfile(settings));
  return (
    <fieldset className="field segments">
      <legend>{t('profile.legend')}</legend>
      <div className="segments-row">
        {profiles.map(({ name }) => (
          <label key={name}>
            <input
              type="radio"
              name={id}
              checked={name === chosen.name}
              onChange={() => void app.updateSettings({ profile: name })}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
