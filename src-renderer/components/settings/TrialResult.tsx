import type { RecogniserTrial } from '../../../src-main/contract/processing.ts';
import { t } from '../../i18n/i18n.ts';
import { lengthText } from '../../i18n/quantities.ts';
import { Icon } from '../Icon.tsx';

/** The recogniser's text for a few seconds of speech, beside the spoken words. */
export function TrialResult({ trial }: { trial: RecogniserTrial }) {
  const { text, spoken, error, has_times: times, has_words: words } = trial;
  const took = lengthText(trial.took_ms / 1000);
  if (error !== null)
    return (
      <div className="note note-bad">
        <Icon name="warning" />
        <div className="note-body">
          <p>
            <strong>{t(`errors.${error.code}.title`)}.</strong>
          </p>
          <p className="note-detail">{error.message}</p>
        </div>
      </div>
    );
  return (
    <dl className="facts">
      <div>
        <dt>{t('recogniser.trial.heard')}</dt>
        <dd>{text === '' ? t('recogniser.trial.nothing') : text}</dd>
      </div>
      <div>
        <dt>{t('recogniser.trial.spoken')}</dt>
        <dd>{spoken}</dd>
      </div>
      <div>
        <dt>{t('recogniser.trial.took', { length: took })}</dt>
        <dd>
          {words
            ? t('recogniser.trial.words')
            : times
              ? t('recogniser.trial.times')
              : t('recogniser.trial.plain')}
        </dd>
      </div>
    </dl>
  );
}
