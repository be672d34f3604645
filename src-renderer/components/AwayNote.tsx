import type { AppInfo } from '../../src-main/contract/app-info.ts';
import { t } from '../i18n/i18n.ts';
import { Icon } from './Icon.tsx';

/** The recordings folder is away: where recordings go meanwhile, and what to do. */
export function AwayNote({ away }: { away: AppInfo['recordings_away'] }) {
  if (away === undefined) return null;
  const { wanted, used, reason } = away;
  return (
    <div className="note note-warn" role="status">
      <Icon name="warning" />
      <div className="note-body">
        <p>
          <strong>{t('away.heading', { used, wanted })}</strong>
        </p>
        <p>{t('away.advice')}</p>
        <details>
          <summary>{t('common.copyDetail')}</summary>
          <p className="note-detail">{reason}</p>
        </details>
      </div>
    </div>
  );
}
