import type { Examination } from '../../../src-main/contract/intake.ts';
import { t } from '../../i18n/i18n.ts';
import { soundText } from '../../i18n/sound-words.ts';

/** The faults of a file and their repair, in words; the figures are folded away. */
export function ExaminationWords({ examination }: { examination: Examination }) {
  const { verdict, faults, mending, sound, details } = examination;
  const figures = [...faults.map(({ message }) => message), ...details];
  return (
    <div className="examination" data-verdict={verdict}>
      <p>
        <strong>{t(`intake.verdict.${verdict}`)}.</strong>{' '}
        {verdict === 'whole' && sound && <span className="meta">{soundText(sound)}</span>}
      </p>
      {faults.length > 0 && (
        <ul className="fault-list">
          {faults.map(({ code }, index) => (
            <li key={index}>{t(`faults.${code}`)}</li>
          ))}
        </ul>
      )}
      <p>
        {mending && t(`intake.mending.${mending}`)}{' '}
        {verdict === 'mendable' && sound && t('intake.result', { sound: soundText(sound) })}
        {verdict === 'whole' && t('intake.verdictHint.whole')}
        {verdict === 'unknown' && t('intake.verdictHint.unknown')}
        {verdict === 'hopeless' && t(`intake.verdictHint.${sound === null ? 'hopeless' : 'hopelessAdd'}`)}
      </p>
      {verdict === 'mendable' && <p className="hint">{t('intake.original')}</p>}
      {figures.length > 0 && (
        <details>
          <summary>{t('common.copyDetail')}</summary>
          <ul className="note-detail">
            {figures.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
