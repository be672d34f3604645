import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { reportWords, shorterText } from '../../i18n/report-words.ts';
import { bytesText, clockText, dateText } from '../../i18n/quantities.ts';
import { useApp, useLibrary } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { badgeOf, fileName, mainFile, totalBytes } from '../../store/session-files.ts';
import { SessionDetails } from './SessionDetails.tsx';

export function SessionRow({ session }: { session: SessionRecord }) {
  const app = useApp();
  const open = useLibrary((state) => state.openId === session.id);
  const { id, title } = session;
  const running = session.status === 'recording';
  const file = running ? undefined : mainFile(session, 1);

  const play = () => {
    app.library.open(id);
    app.player.load(session);
    app.player.playFrom(app.player.store.getState().positionMs);
  };
  return (
    <li className="session" data-open={open}>
      <div className="session-head">
        <button
          type="button"
          className="icon-button play-button"
          aria-label={t('library.play', { title })}
          disabled={file === undefined}
          onClick={play}
        >
          <Icon name="play" />
        </button>
        <button
          type="button"
          className="session-title"
          aria-expanded={open}
          onClick={() => app.library.toggle(id)}
        >
          <span className="title">{title}</span>
          <SessionMeta session={session} />
        </button>
        {file !== undefined && session.parts.length === 1 && (
          <a
            className="icon-button"
            aria-label={t('library.download', { title })}
            href={app.fileHref(id, fileName(file), { download: true })}
            download
          >
            <Icon name="download" />
          </a>
        )}
        <span className="chevron">
          <Icon name="chevron" />
        </span>
      </div>
      {open && <SessionDetails session={session} />}
    </li>
  );
}

function SessionMeta({ session }: { session: SessionRecord }) {
  const state = badgeOf(session);
  // A recording with a gap must never look whole.
  const { whole, onlyMuted } = reportWords(session);
  const badge = state !== 'completed' || whole ? state : onlyMuted ? 'muted' : 'gaps';
  const parts = session.parts.length;
  const bytes = totalBytes(session);
  const facts = [
    dateText(session.started_at),
    ...(badge === 'recording' ? [] : [clockText(session.duration_seconds)]),
    ...(badge === 'recording' || bytes === 0 ? [] : [bytesText(bytes)]),
    t(`record.formats.${session.format}`),
    ...(parts > 1 ? [t('session.parts', { count: parts })] : []),
    ...shorterText(session.files),
  ];
  return (
    <span className="meta">
      {facts.map((fact) => fact.replaceAll(' ', '\u00a0')).join(' · ')}{' '}
      <span className="badge" data-badge={badge}>
        {t(`library.status.${badge}`)}
      </span>
    </span>
  );
}
