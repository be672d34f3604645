import { useState } from 'react';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import { t } from '../i18n/i18n.ts';
import { clockText, lengthText } from '../i18n/quantities.ts';
import { useApp, useLibrary } from './app-context.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { Icon } from './Icon.tsx';
import { DeleteDialog } from './library/DeleteDialog.tsx';
import { fileName, mainFile } from '../store/session-files.ts';

export function RecoveredRecording({ session }: { session: SessionRecord }) {
  const app = useApp();
  const { id, title, recovered } = session;
  const problem = useLibrary((state) => state.problems[id]);
  const [playing, setPlaying] = useState(false);
  const [asking, setAsking] = useState(false);
  const file = mainFile(session, session.parts[0]?.part ?? 1);
  const lost = recovered?.lost_seconds_at_most ?? 0;

  const play = () => {
    if (session.parts.length === 1) return setPlaying(true);
    app.library.open(id);
    app.show('library');
  };
  const loss = lost > 0 ? t('recovery.loss', { length: lengthText(lost) }) : t('recovery.noLoss');
  return (
    <li>
      <p className="recovered-words">
        <strong>{title}</strong>{' '}
        <span className="meta">
          {clockText(session.duration_seconds)} · {file === undefined ? t('recovery.unplayable') : loss}
        </span>
      </p>
      <div className="button-row">
        {file && (
          <button type="button" aria-label={t('recovery.play', { title })} onClick={play}>
            <Icon name="play" />
            {t('recovery.playShort')}
          </button>
        )}
        <button type="button" aria-label={t('recovery.discard', { title })} onClick={() => setAsking(true)}>
          <Icon name="trash" />
          {t('recovery.discardShort')}
        </button>
      </div>
      {playing && file && (
        <audio
          controls
          autoPlay
          aria-label={t('recovery.play', { title })}
          src={app.fileHref(id, fileName(file))}
        />
      )}
      {problem && <ErrorNote error={problem} onDismiss={() => app.library.dismissProblem(id)} />}
      {asking && (
        <DeleteDialog session={session} onDone={() => setAsking(false)} onRemoved={() => app.news.drop(id)} />
      )}
    </li>
  );
}
