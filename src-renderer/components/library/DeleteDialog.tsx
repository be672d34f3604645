import { useEffect, useId, useRef } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';

interface DeleteDialogProps {
  session: SessionRecord;
  onDone: () => void;
  onRemoved?: () => void;
}

/** The platform's own dialog: it keeps the focus, and Escape means no. */
export function DeleteDialog({ session, onDone, onRemoved }: DeleteDialogProps) {
  const { library } = useApp();
  const heading = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const remove = () => {
    onDone();
    void library.remove(session.id).then((removed) => removed && onRemoved?.());
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onDone}>
      <h2 id={heading}>{t('session.deleteTitle', { title: session.title })}</h2>
      <p>{t('session.deleteText')}</p>
      <div className="button-row">
        <button type="button" autoFocus onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="button" className="danger" onClick={remove}>
          {t('session.deleteConfirm')}
        </button>
      </div>
    </dialog>
  );
}
