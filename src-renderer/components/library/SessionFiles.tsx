import type { RecordingFile, SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { trackName } from '../../i18n/track-words.ts';
import { bytesText } from '../../i18n/quantities.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { fileName } from '../../store/session-files.ts';

/** All files, each with a download link. Missing files keep their line. */
export function SessionFiles({ session }: { session: SessionRecord }) {
  const app = useApp();
  return (
    <ul className="files" aria-label={t('session.files')}>
      {session.files.map((file) => (
        <li key={file.file_path}>
          {file.status === 'completed' ? (
            <a href={app.fileHref(session.id, fileName(file), { download: true })} download>
              <Icon name="download" />
              {fileName(file)}
            </a>
          ) : (
            <span>{fileName(file)}</span>
          )}
          <span className="hint">{factsOf(session, file).join(' · ')}</span>
        </li>
      ))}
    </ul>
  );
}

function factsOf(session: SessionRecord, file: RecordingFile): string[] {
  if (file.status === 'missing') return [t('session.fileMissing')];
  if (file.status === 'failed' && !file.master) return [t('session.fileFailed')];
  return [
    ...(file.status === 'recording' ? [t('session.fileUnfinished')] : []),
    ...(session.tracks.length > 1 ? [trackName(file.type)] : []),
    ...(file.master && session.imported?.mended !== true ? [t('session.master')] : []),
    bytesText(file.byte_size),
  ];
}
