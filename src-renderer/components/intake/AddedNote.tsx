import { t } from '../../i18n/i18n.ts';
import type { IncomingFile } from '../../store/incoming-file.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { useFocusWhenLost } from '../use-window.ts';

export function AddedNote({ file: { key, name, session } }: { file: IncomingFile }) {
  const { library, intake } = useApp();
  const button = useFocusWhenLost<HTMLButtonElement>();
  if (session === null) return null;
  const show = () => {
    library.open(session.id);
    intake.discard(key);
  };
  return (
    <div className="incoming-added" role="status">
      <Icon name="disk" />
      <span>{t('intake.added')}</span>
      <button
        ref={button}
        type="button"
        aria-label={t('intake.of', { action: t('intake.show'), name })}
        onClick={show}
      >
        {t('intake.show')}
      </button>
    </div>
  );
}
