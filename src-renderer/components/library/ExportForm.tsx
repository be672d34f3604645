import { useState, type SubmitEvent } from 'react';
import { exportFormatSchema, type ExportFormat } from '../../../src-main/contract/audio-format.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useLibrary, useSettings } from '../app-context.ts';

export function ExportForm({ session }: { session: SessionRecord }) {
  const { library } = useApp();
  const task = useLibrary((state) => state.tasks[session.id]);
  const makes = useSettings((state) => state.info?.encoder.formats);
  const formats = exportFormatSchema.options.filter(
    (format) => format === 'wav' || (makes?.includes(format) ?? true),
  );
  const [format, setFormat] = useState<ExportFormat>(session.format === 'mp4' ? 'mp3' : 'mp4');
  const [exported, setExported] = useState<ExportFormat | null>(null);
  const chosen = formats.includes(format) ? format : 'wav';

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setExported(null);
    void library.exportAs(session.id, chosen).then((done) => {
      if (done) setExported(chosen);
    });
  };
  return (
    <form className="export-form" onSubmit={submit}>
      <label>
        {t('session.exportLabel')}
        <select value={chosen} onChange={(event) => setFormat(exportFormatSchema.parse(event.target.value))}>
          {formats.map((option) => (
            <option key={option} value={option}>
              {t(`record.formats.${option}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" disabled={task !== undefined}>
        {t('session.export')}
      </button>
      <p className="task" role="status">
        {task?.kind === 'exporting' && (
          <>
            <progress aria-label={t('session.export')} />
            {t('session.exporting', { format: t(`record.formats.${task.format}`) })}
          </>
        )}
        {exported !== null &&
          task === undefined &&
          t('session.exported', { format: t(`record.formats.${exported}`) })}
      </p>
    </form>
  );
}
