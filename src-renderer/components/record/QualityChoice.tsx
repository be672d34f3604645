import { useId } from 'react';
import { chosenProfile } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { qualityText } from '../../i18n/quantities.ts';
import { useApp, useSettings } from '../app-context.ts';

const QUALITIES = [
  { name: 'speech', sample_rate: 16_000, channels: 1 },
  { name: 'full', sample_rate: 48_000, channels: 1 },
  { name: 'stereo', sample_rate: 48_000, channels: 2 },
] as const;

export function QualityChoice() {
  const app = useApp();
  const id = useId();
  const sampleRate = useSettings(({ settings }) => chosenProfile(settings).sample_rate);
  const channels = useSettings(({ settings }) => chosenProfile(settings).channels);
  const current = QUALITIES.find(
    (quality) => quality.sample_rate === sampleRate && quality.channels === channels,
  );
  const choose = (name: string) => {
    const quality = QUALITIES.find((candidate) => candidate.name === name);
    if (quality === undefined) return;
    void app.updateProfile({ sample_rate: quality.sample_rate, channels: quality.channels });
  };
  return (
    <div className="field">
      <label htmlFor={id}>{t('record.quality')}</label>
      <select id={id} value={current?.name ?? ''} onChange={(event) => choose(event.target.value)}>
        {current === undefined && <option value="">{qualityText(sampleRate, channels)}</option>}
        {QUALITIES.map(({ name }) => (
          <option key={name} value={name}>
            {t(`record.qualities.${name}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
