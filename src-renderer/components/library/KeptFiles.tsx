import type { Imported } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { bytesText } from '../../i18n/quantities.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { fileName } from '../../store/session-files.ts';

/** The original files of a recording, each with a download link. */
export function KeptFiles({ sessionId, imported }: { sessionId: string; imported: Imported }) {
  const app = useApp();
  if (imported.kept.length === 0) return null;
  return (
    <ul className="files" aria-label={t('imported.kept')}>
      {imported.kept.map((file) => (
        <li key={file.file_path}>
          <a href={app.fileHref(sessionId, fileName(file), { download: true })} download>
            <Icon name="download" />
            {fileName(file)}
          </a>
          <span className="hint">
            {t(`imported.role.${file.role}`)} · {bytesText(file.byte_size)}
          </span>
        </li>
      ))}
    </ul>
  );
}
