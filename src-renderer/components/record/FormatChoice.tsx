import { useId } from 'react';
import { deliveryFormatSchema } from '../../../src-main/contract/audio-format.ts';
import { chosenProfile } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

export function FormatChoice() {
  const app = useApp();
  const name = useId();
  const format = useSettings(({ settings }) => chosenProfile(settings).format);
  return (
    <fieldset className="field segments">
      <legend>{t('record.format')}</legend>
      <div className="segments-row">
        {deliveryFormatSchema.options.map((option) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              checked={format === option}
              onChange={() => void app.updateProfile({ format: option })}
            />
            <span>{t(`record.formats.${option}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
