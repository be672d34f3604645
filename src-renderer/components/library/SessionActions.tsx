import { useState } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useLibrary } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import { ExportForm } from './ExportForm.tsx';
import { RenameForm } from './RenameForm.tsx';

export function SessionActions({ session }: { session: SessionRecord }) {
  const { library } = useApp();
  const task = useLibrary((state) => state.tasks[session.id]);
  const [asking, setAsking] = useState<'rename' | 'delete' | null>(null);
  const done = () => setAsking(null);
  if (asking === 'rename') return <RenameForm session={session} onDone={done} />;
  return (
    <div className="session-actions">
      <ExportForm session={session} />
      <div className="button-row">
        <button type="button" onClick={() => void library.reveal(session.id)}>
          <Icon name="folder" />
          {t('session.reveal')}
        </button>
        <button type="button" onClick={() => setAsking('rename')}>
          <Icon name="pencil" />
          {t('session.rename')}
        </button>
        <button type="button" disabled={task !== undefined} onClick={() => setAsking('delete')}>
          <Icon name="trash" />
          {t('session.delete')}
        </button>
      </div>
      {task?.kind === 'deleting' && (
        <p className="task" role="status">
          <progress aria-label={t('session.deleting')} /> {t('session.deleting')}
        </p>
      )}
      {asking === 'delete' && <DeleteDialog session={session} onDone={done} />}
    </div>
  );
}
