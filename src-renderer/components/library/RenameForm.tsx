import { useState, type SubmitEvent } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';

/** Enter saves. Escape keeps the name, and so does an empty name. */
export function RenameForm({ session, onDone }: { session: SessionRecord; onDone: () => void }) {
  const { library } = useApp();
  const [title, setTitle] = useState(session.title);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const changed = title.trim() !== '' && title.trim() !== session.title;
    if (!changed) return onDone();
    void library.rename(session.id, title).then((renamed) => {
      if (renamed) onDone();
    });
  };
  return (
    <form className="rename-form" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && onDone()}>
      <input
        type="text"
        aria-label={t('session.newTitle')}
        maxLength={200}
        autoComplete="off"
        autoFocus
        value={title}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" className="primary">
        {t('common.save')}
      </button>
      <button type="button" onClick={onDone}>
        {t('common.cancel')}
      </button>
    </form>
  );
}
