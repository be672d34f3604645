import { t } from '../i18n/i18n.ts';
import { useApp, useRecoveryNews } from './app-context.ts';
import { Icon } from './Icon.tsx';
import { RecoveredRecording } from './RecoveredRecording.tsx';

/** After a crash the user first wants to know whether the recording is there. This says that it is. */
export function RecoveryBanner() {
  const { news } = useApp();
  const sessions = useRecoveryNews((state) => state.sessions);
  if (sessions.length === 0) return null;
  return (
    <section className="recovery" aria-labelledby="recovery-heading">
      <div className="recovery-head">
        <Icon name="disk" />
        <h2 id="recovery-heading">{t('recovery.heading', { count: sessions.length })}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label={t('common.dismiss')}
          onClick={() => news.dismiss()}
        >
          <Icon name="close" />
        </button>
      </div>
      <ul>
        {sessions.map((session) => (
          <RecoveredRecording key={session.id} session={session} />
        ))}
      </ul>
    </section>
  );
}
