import type { Job } from '../../../src-main/contract/processing.ts';
import { t } from '../../i18n/i18n.ts';
import { timeText } from '../../i18n/quantities.ts';

interface TranscriptionProgressProps {
  job: Job;
  onHurry: () => void;
  onCancel: () => void;
}

/** Its progress, or what it waits for. Also shows a single failure: a retry follows by itself. */
export function TranscriptionProgress({ job, onHurry, onCancel }: TranscriptionProgressProps) {
  const { state, progress, error, not_before: notBefore } = job;
  const percent = Math.round(progress * 100);
  const waits = state === 'queued' && notBefore !== null;
  return (
    <div className="transcription-row">
      {state === 'running' && (
        <>
          <progress
            aria-label={t('transcription.progress')}
            max={100}
            value={percent === 0 ? undefined : percent}
          />
          <span className="percent" aria-hidden="true">
            {percent > 0 && t('transcription.percent', { percent })}
          </span>
        </>
      )}
      <p className="hint" role="status">
        {state === 'running' && t('transcription.running')}
        {state === 'queued' && !waits && t('transcription.waiting')}
        {waits && error === null && t('transcription.waitingUntil', { time: timeText(notBefore) })}
        {waits &&
          error !== null &&
          t('transcription.willTryAgain', { reason: error.message, time: timeText(notBefore) })}
      </p>
      <div className="button-row">
        {waits && (
          <button type="button" onClick={onHurry}>
            {t('transcription.now')}
          </button>
        )}
        <button type="button" onClick={onCancel}>
          {t('transcription.cancel')}
        </button>
      </div>
    </div>
  );
}
