import { MATCH_END, MATCH_START, type SearchHit } from '../../../src-main/contract/search.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText, dateText } from '../../i18n/quantities.ts';
import { useApp, useLibrary } from '../app-context.ts';

/** Where the words were said: a click opens the recording and plays them. */
export function SearchHits() {
  const hits = useLibrary((state) => state.hits);
  if (hits.length === 0) return null;
  return (
    <section aria-labelledby="hits-heading">
      <h3 id="hits-heading">{t('library.hits')}</h3>
      <ul className="hits">
        {hits.map((hit, index) => (
          <Hit key={`${hit.session_id} ${hit.transcript_id ?? index}`} hit={hit} />
        ))}
      </ul>
    </section>
  );
}

function Hit({ hit }: { hit: SearchHit }) {
  const app = useApp();
  const time = hit.start_ms === null ? '' : clockText(hit.start_ms / 1000);
  return (
    <li>
      <button
        type="button"
        className="hit"
        data-side={hit.role ?? undefined}
        onClick={() => app.showHit(hit)}
      >
        <span className="hit-place">
          <span className="title">{hit.title}</span>{' '}
          <span className="meta">
            {[dateText(hit.started_at), time].filter((fact) => fact !== '').join(' · ')}
          </span>
        </span>
        <span className="snippet">
          <Snippet text={hit.snippet} />
        </span>
      </button>
    </li>
  );
}

/** The found words, marked. The text is never used as markup. */
function Snippet({ text }: { text: string }) {
  return text.split(MATCH_START).map((piece, index) => {
    if (index === 0) return piece;
    const [match = '', ...rest] = piece.split(MATCH_END);
    return (
      <span key={index}>
        <mark>{match}</mark>
        {rest.join('')}
      </span>
    );
  });
}
