import type { Job } from '../../../src-main/contract/processing.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** Why there is no text, with the recogniser's own message: it says what to change. */
export function TranscriptionFailure({ job, onRetry }: { job: Job; onRetry: (() => void) | undefined }) {
  const app = useApp();
  const { code, message } = job.error ?? { code: 'RECOGNISER_FAILED' as const, message: '' };
  return (
    <div className="note note-bad" role="alert">
      <Icon name="warning" />
      <div className="note-body">
        <p>
          <strong>{t(`errors.${code}.title`)}.</strong> {t(`errors.${code}.action`)}
        </p>
        {message !== '' && <p className="note-detail">{message}</p>}
        <div className="button-row">
          {onRetry && (
            <button type="button" onClick={onRetry}>
              {t('common.tryAgain')}
            </button>
          )}
          <button type="button" onClick={() => app.show('settings', 'recogniser')}>
            {t('transcription.settings')}
          </button>
        </div>
      </div>
    </div>
  );
}
