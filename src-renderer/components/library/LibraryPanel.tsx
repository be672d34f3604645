import { t } from '../../i18n/i18n.ts';
import { useApp, useLibrary, useSettings } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { IntakeButton } from '../intake/IntakeButton.tsx';
import { IntakeList } from '../intake/IntakeList.tsx';
import { LibrarySearch } from './LibrarySearch.tsx';
import { SearchHits } from './SearchHits.tsx';
import { UnfinishedNote } from './UnfinishedNote.tsx';
import { SessionRow } from './SessionRow.tsx';

export function LibraryPanel() {
  const { library } = useApp();
  const { sessions, total, query, loaded, loading, problem } = useLibrary((state) => state);
  const unfinished = useSettings(({ info }) => info?.unfinished_sessions);
  return (
    <section className="pane library-pane" aria-labelledby="library-heading">
      <div className="pane-head">
        <h2 id="library-heading">{t('library.heading')}</h2>
        <p className="hint" role="status">
          {loaded && total > 0 && t('library.count', { count: total })}
        </p>
        <LibrarySearch />
        <IntakeButton />
      </div>
      <UnfinishedNote sessions={unfinished} />
      <IntakeList />
      {problem && <ErrorNote error={problem} onRetry={() => void library.refresh()} />}
      {!loaded && loading && (
        <p className="appears-late" role="status">
          {t('library.loading')}
        </p>
      )}
      <SearchHits />
      {loaded && sessions.length === 0 && <Empty query={query.trim()} />}
      {sessions.length > 0 && (
        <ul className="sessions" aria-busy={loading}>
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
      {sessions.length < total && (
        <button type="button" onClick={() => void library.showMore()}>
          {t('library.showMore')}
        </button>
      )}
    </section>
  );
}

function Empty({ query }: { query: string }) {
  const { library } = useApp();
  if (query === '')
    return (
      <div className="empty">
        <p>{t('library.empty')}</p>
        <p className="hint">{t('library.emptyHint')}</p>
      </div>
    );
  return (
    <div className="empty">
      <p>{t('library.noMatch', { query })}</p>
      <button type="button" onClick={() => void library.search('')}>
        {t('library.clearSearch')}
      </button>
    </div>
  );
}
