import { t } from '../i18n/i18n.ts';
import type { View } from '../store/app.ts';
import { useApp, useView } from './app-context.ts';
import { Icon, type IconName } from './Icon.tsx';

const VIEWS: readonly { view: View; icon: IconName }[] = [
  { view: 'record', icon: 'microphone' },
  { view: 'library', icon: 'list' },
  { view: 'settings', icon: 'gear' },
];

/** A wide window always shows the recorder, so there the header offers only views that fit beside it. */
export function Header({ wide }: { wide: boolean }) {
  const app = useApp();
  const view = useView();
  const current = wide && view === 'record' ? 'library' : view;
  return (
    <header className="header">
      <h1>{t('app.name')}</h1>
      <nav aria-label={t('app.views')}>
        {VIEWS.filter((item) => !wide || item.view !== 'record').map((item) => (
          <button
            key={item.view}
            type="button"
            className="tab"
            aria-current={current === item.view ? 'page' : undefined}
            onClick={() => app.show(item.view)}
          >
            <Icon name={item.icon} />
            {t(`nav.${item.view}`)}
          </button>
        ))}
      </nav>
    </header>
  );
}
