import { t } from '../../i18n/i18n.ts';
import { bytesText, clockText } from '../../i18n/quantities.ts';
import { reportWords } from '../../i18n/report-words.ts';
import type { SavedRecording } from '../../recording/recording-state.ts';
import { useApp, useLibrary, useRecording } from '../app-context.ts';
import { ReportDetails } from '../library/CaptureReport.tsx';
import { fileName, totalBytes } from '../../store/session-files.ts';
import { Icon } from '../Icon.tsx';
import { useFocusWhenLost } from '../use-window.ts';

/** The recording just made: the user can play it and see its folder. */
export function SavedCard({ saved }: { saved: SavedRecording }) {
  const app = useApp();
  const card = useFocusWhenLost<HTMLDivElement>();
  const sampleRate = useRecording((state) => state.sampleRate);
  const session = useLibrary((state) => state.sessions.find(({ id }) => id === saved.session_id));
  const title = session?.title ?? '';
  // The message describes only the last part; the library knows all parts.
  const parts = session !== undefined && session.parts.length > 1 ? session.parts : undefined;
  // Until the library has the ended recording, its parts are slightly out of date.
  const isListed = parts === undefined || session?.status !== 'recording';
  const seconds = parts === undefined ? saved.duration_seconds : (session?.duration_seconds ?? 0);
  const file = saved.files[0];
  const report = reportWords({
    status: session?.status === 'interrupted' ? 'interrupted' : 'completed',
    sample_rate: sampleRate,
    recovered: session?.recovered ?? null,
    parts: parts ?? [saved],
  });
  const show = () => {
    app.library.open(saved.session_id);
    app.show('library');
  };
  return (
    <div className="saved-card" ref={card} tabIndex={-1} role="group" aria-label={t('saved.heading')}>
      <div className="saved-head">
        <Icon name="disk" />
        <p role="status">
          <strong>{t('saved.heading')}</strong> {title}
        </p>
        <button
          type="button"
          className="icon-button"
          aria-label={t('common.dismiss')}
          onClick={() => app.recorder.dismissOutcome()}
        >
          <Icon name="close" />
        </button>
      </div>
      {isListed && (
        <>
          <p className="meta">
            {file &&
              t('saved.summary', {
                time: clockText(seconds),
                size: bytesText(
                  parts === undefined || session === undefined ? file.byte_size : totalBytes(session),
                ),
                format: t(`record.formats.${file.format}`),
              }) + ' · '}
            <span data-whole={report.whole}>{report.text}</span>
          </p>
          <ReportDetails lines={report.details} />
        </>
      )}
      {saved.pending?.map(({ file_path, format }) => (
        <p key={file_path} className="hint">
          {t('saved.copyPending', { format: t(`record.formats.${format}`) })}
        </p>
      ))}
      {session?.files.some(({ master, status }) => !master && status === 'failed') && (
        <p className="note note-warn">
          {t('saved.copyFailed', { format: t(`record.formats.${session.format}`) })}
        </p>
      )}
      {saved.reason && <p className="note note-warn">{t(`saved.reason.${saved.reason}`)}</p>}
      {file && parts === undefined && (
        <audio
          controls
          preload="metadata"
          aria-label={t('saved.playOf', { name: title })}
          src={app.fileHref(saved.session_id, fileName(file))}
        />
      )}
      <div className="button-row">
        <button type="button" onClick={() => void app.library.reveal(saved.session_id).then(keepOpen)}>
          <Icon name="folder" />
          {t('session.reveal')}
        </button>
        <button type="button" onClick={show}>
          <Icon name="list" />
          {t('saved.showInLibrary')}
        </button>
      </div>
    </div>
  );

  /** An error is shown where the session is listed. */
  function keepOpen(revealed: boolean) {
    if (!revealed) show();
  }
}
