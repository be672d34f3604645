import { useId } from 'react';
import type { Examination } from '../../../src-main/contract/intake.ts';
import { t } from '../../i18n/i18n.ts';
import type { IncomingFile } from '../../store/incoming-file.ts';
import { useApp } from '../app-context.ts';

const RATES = [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/** Lets the user say how a file plays that does not say it, or says it wrongly. */
export function SoundChoice({ file, examination }: { file: IncomingFile; examination: Examination }) {
  const { intake } = useApp();
  const id = useId();
  const { kind, faults, sound, assumed } = examination;
  const isRaw = kind === 'raw' && examination.verdict === 'mendable';
  if (!isRaw && !faults.some(({ code }) => code === 'wrong-rate')) return null;
  const rate = sound?.sample_rate ?? 16_000;
  const channels = Math.min(2, sound?.channels ?? 1);
  const look = (sampleRate: number, count: number) =>
    void intake.examineAs(file.key, { sample_rate: sampleRate, ...(isRaw ? { channels: count } : {}) });
  return (
    <div className="sound-choice">
      <div className="field">
        <label htmlFor={`${id}-rate`}>{t('intake.rate')}</label>
        <select
          id={`${id}-rate`}
          value={rate}
          onChange={(event) => look(Number(event.target.value), channels)}
        >
          {[...new Set([...RATES, rate])]
            .sort((a, b) => a - b)
            .map((option) => (
              <option key={option} value={option}>
                {t('intake.rates', { rate: option / 1000 })}
              </option>
            ))}
        </select>
      </div>
      {isRaw && (
        <div className="field">
          <label htmlFor={`${id}-channels`}>{t('intake.channels')}</label>
          <select
            id={`${id}-channels`}
            value={channels}
            onChange={(event) => look(rate, Number(event.target.value))}
          >
            <option value={1}>{t('record.mono')}</option>
            <option value={2}>{t('record.stereo')}</option>
          </select>
        </div>
      )}
      {assumed && <p className="hint">{t('intake.assumed')}</p>}
    </div>
  );
}
