import type { AppInfo } from '../../../src-main/contract/app-info.ts';
import { t } from '../../i18n/i18n.ts';
import { Icon } from '../Icon.tsx';

type Unfinished = NonNullable<AppInfo['unfinished_sessions']>;

/** Recordings that a crash cut off and that the launch could not read: which, why, and what to do. */
export function UnfinishedNote({ sessions }: { sessions: Unfinished | undefined }) {
  if (sessions === undefined || sessions.length === 0) return null;
  const ids = [...new Set(sessions.map(({ id }) => id))];
  return (
    <div className="note note-warn" role="status">
      <Icon name="warning" />
      <div className="note-body">
        <p>
          <strong>{t('unfinished.heading', { count: ids.length })}</strong>
        </p>
        <ul>
          {ids.map((id) => (
            <li key={id}>{t('unfinished.item', { id, reason: reasonsOf(sessions, id) })}</li>
          ))}
        </ul>
        <p>{t('unfinished.advice', { count: ids.length })}</p>
      </div>
    </div>
  );
}

/** Each reason once, also where many files of a session have the same one. */
function reasonsOf(sessions: Unfinished, id: string): string {
  const reasons = sessions.filter((session) => session.id === id).map(({ reason }) => reason);
  return [...new Set(reasons)].join(' ');
}
