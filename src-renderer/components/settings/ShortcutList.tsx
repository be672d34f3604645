import { t } from '../../i18n/i18n.ts';
import { SHORTCUTS } from '../shortcuts.ts';

const ORDER = ['record', 'pause', 'marker', 'stop', 'search'] as const;

export function ShortcutList() {
  return (
    <dl className="facts">
      {ORDER.map((name) => (
        <div key={name}>
          <dt>{t(`settings.shortcut.${name}`)}</dt>
          <dd>
            <kbd>{SHORTCUTS[name]}</kbd>
          </dd>
        </div>
      ))}
    </dl>
  );
}
