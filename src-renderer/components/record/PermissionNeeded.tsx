import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { useFocusWhenLost } from '../use-window.ts';

export function PermissionNeeded() {
  const app = useApp();
  const heading = useFocusWhenLost<HTMLHeadingElement>();
  return (
    <div className="problem">
      <Icon name="microphone" />
      <h2 ref={heading} tabIndex={-1}>
        {t('permission.title')}
      </h2>
      <p>{t('permission.text')}</p>
      <button type="button" className="primary" onClick={() => void app.microphone.open()}>
        {t('permission.allow')}
      </button>
      <p className="hint">{t('problem.microphone.libraryStays')}</p>
    </div>
  );
}
