import type { WireError } from '../../src-main/contract/errors.ts';
import { t } from '../i18n/i18n.ts';
import { Icon } from './Icon.tsx';

interface ErrorNoteProps {
  error: WireError;
  onRetry?: () => void;
  onDismiss?: () => void;
}

/** What went wrong, what to do, and the engine's own message for those who need it. */
export function ErrorNote({ error, onRetry, onDismiss }: ErrorNoteProps) {
  return (
    <div className="note note-bad" role="alert">
      <Icon name="warning" />
      <div className="note-body">
        <p>
          <strong>{t(`errors.${error.code}.title`)}.</strong> {t(`errors.${error.code}.action`)}
        </p>
        <details>
          <summary>{t('common.copyDetail')}</summary>
          <p className="note-detail">
            {error.code}: {error.message}
          </p>
        </details>
        {onRetry && (
          <button type="button" onClick={onRetry}>
            {t('common.tryAgain')}
          </button>
        )}
      </div>
      {onDismiss && (
        <button type="button" className="icon-button" aria-label={t('common.dismiss')} onClick={onDismiss}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
