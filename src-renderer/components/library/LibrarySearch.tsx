import { t } from '../../i18n/i18n.ts';
import { useApp, useLibrary } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { SEARCH_FIELD_ID } from '../shortcuts.ts';

export function LibrarySearch() {
  const { library } = useApp();
  const query = useLibrary((state) => state.query);
  return (
    <div className="search">
      <Icon name="search" />
      <input
        id={SEARCH_FIELD_ID}
        type="search"
        aria-label={t('library.search')}
        placeholder={t('library.search')}
        maxLength={200}
        value={query}
        onChange={(event) => void library.search(event.target.value)}
      />
    </div>
  );
}
