import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { SearchHit, SearchQuery, SearchResult } from '../contract/search.ts';
import { trackSchema } from '../contract/audio-format.ts';
import { LINES_PER_SESSION } from './line-rows.ts';
import { hasWord, matchExpression, parseSearch, type SearchTerm } from './search-terms.ts';
import { snippetOf } from './snippets.ts';

/** Matches that are ranked. Where there are more, the latest are taken. */
const MAX_PLACES = 1000;
const DEFAULT_SESSIONS = 20;
const DEFAULT_PER_SESSION = 5;
/** How much a match says about the subject of a session. */
const WEIGHTS: Record<SearchHit['kind'], number> = { title: 20, notes: 4, marker: 4, transcript: 1 };
const ORDER: readonly SearchHit['kind'][] = ['title', 'notes', 'marker', 'transcript'];

const lineSchema = z.array(z.object({ row: z.number(), rank: z.number() }));
const detailSchema = z.array(
  z.object({
    row: z.number(),
    rank: z.number(),
    session_id: z.string(),
    kind: z.enum(['title', 'notes', 'marker']),
    start_ms: z.number().nullable(),
    text: z.string(),
  }),
);
const sessionSchema = z.array(
  z.object({
    number: z.number().nullable(),
    session_id: z.string(),
    title: z.string(),
    started_at: z.string(),
  }),
);
const textSchema = z.array(
  z.object({
    row: z.number(),
    text: z.string(),
    transcript_id: z.string(),
    role: trackSchema,
    speaker: z.string().nullable(),
    start_ms: z.number().nullable(),
    end_ms: z.number().nullable(),
  }),
);

type SessionRow = z.infer<typeof sessionSchema>[number];
type DetailRow = z.infer<typeof detailSchema>[number];

/** A match before its text is read. */
interface Place {
  readonly session: SessionRow;
  readonly kind: SearchHit['kind'];
  readonly row: number;
  /** How well it fits: more is better. */
  readonly score: number;
  readonly detail?: DetailRow;
}

/** A session with the matches to show. */
interface Found {
  readonly session: SessionRow;
  readonly score: number;
  readonly places: readonly Place[];
  /** The number of all its matches. */
  readonly count: number;
}

interface Resolved {
  readonly hit: Omit<SearchHit, 'snippet'>;
  readonly text: string;
}

/**
 * The catalog's calls that search.
 * @param isFilling true while some lines are not yet in the index.
 */
export function prepareSearch(database: Database.Database, isFilling: () => boolean) {
  const statements = prepare(database);

  const sessionsOf = (parameters: { numbers: number[]; ids: string[] }): SessionRow[] =>
    sessionSchema.parse(
      statements.sessions.all({
        numbers: JSON.stringify(parameters.numbers),
        ids: JSON.stringify(parameters.ids),
      }),
    );

  /** Lines that are the other side's speech, heard by the microphone; the other side has the same text. */
  const bledRowsOf = (sessions: readonly SessionRow[]): ReadonlySet<number> =>
    new Set(
      statements.bled
        .pluck()
        .all(JSON.stringify(sessions.map(({ session_id }) => session_id)))
        .map(Number),
    );

  const placesOf = (match: string, sessionId: string | undefined): { places: Place[]; complete: boolean } => {
    const only = { match, session_id: sessionId ?? null, limit: MAX_PLACES + 1 };
    const details = detailSchema.parse(statements.details.all(only));
    const lines = lineSchema.parse(
      sessionId === undefined ? statements.lines.all(only) : statements.linesOfSession.all(only),
    );
    const numbers = [...new Set(lines.map(({ row }) => numberOf(row)))];
    const ids = [...new Set(details.map(({ session_id }) => session_id))];
    const sessions = sessionsOf({ numbers, ids });
    const bled = bledRowsOf(sessions);
    const byNumber = new Map(sessions.map((session) => [session.number, session]));
    const byId = new Map(sessions.map((session) => [session.session_id, session]));
    const places = [
      ...details.slice(0, MAX_PLACES).map((detail) => ({
        session: byId.get(detail.session_id),
        kind: detail.kind,
        row: detail.row,
        score: -detail.rank,
        detail,
      })),
      ...lines
        .slice(0, MAX_PLACES)
        .filter(({ row }) => !bled.has(row))
        .map(({ row, rank }) => ({
          session: byNumber.get(numberOf(row)),
          kind: 'transcript' as const,
          row,
          score: -rank,
        })),
    ];
    return {
      // This does not see deleted sessions.
      places: places.flatMap((place) => {
        const { session } = place;
        return session === undefined ? [] : [{ ...place, session }];
      }),
      complete: lines.length <= MAX_PLACES && details.length <= MAX_PLACES && !isFilling(),
    };
  };

  /** Reads the text of the matches, session by session, in the order in which it was said. */
  const resolve = (found: readonly Found[]): Resolved[] => {
    const rows = found.flatMap(({ places }) =>
      places.flatMap(({ kind, row }) => (kind === 'transcript' ? [row] : [])),
    );
    const lines = new Map(
      textSchema.parse(statements.texts.all(JSON.stringify(rows))).map((line) => [line.row, line]),
    );
    return found.flatMap(({ session, places, count }) =>
      places
        .map(({ kind, row, detail }): Resolved => {
          const line = kind === 'transcript' ? lines.get(row) : undefined;
          return {
            text: line?.text ?? detail?.text ?? '',
            hit: {
              session_id: session.session_id,
              title: session.title,
              started_at: session.started_at,
              kind,
              start_ms: line?.start_ms ?? detail?.start_ms ?? null,
              end_ms: line?.end_ms ?? null,
              transcript_id: line?.transcript_id ?? null,
              role: line?.role ?? null,
              speaker: line?.speaker ?? null,
              session_hits: count,
            },
          };
        })
        .sort(
          (a, b) =>
            ORDER.indexOf(a.hit.kind) - ORDER.indexOf(b.hit.kind) ||
            (a.hit.start_ms ?? 0) - (b.hit.start_ms ?? 0),
        ),
    );
  };

  const idsWith = (term: SearchTerm): Set<string> => {
    const like = `%${term.text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
    const found = statements.describedBy.pluck().all(like);
    if (hasWord(term)) {
      const match = matchExpression([term]);
      const numbers = JSON.stringify(statements.numbers.pluck().all(match));
      found.push(...statements.idsWith.pluck().all({ match, numbers }));
    }
    return new Set(found.map(String));
  };

  return {
    search({ query, session_id, limit, offset = 0, per_session }: SearchQuery): SearchResult {
      const terms = parseSearch(query);
      const match = matchExpression(terms);
      if (match === '') return { hits: [], sessions: 0, total: 0, complete: true };
      const { places, complete } = placesOf(match, session_id);
      const found = bySession(places);
      const end = offset + (limit ?? (session_id === undefined ? DEFAULT_SESSIONS : MAX_PLACES));
      const chosen =
        session_id === undefined
          ? resolve(found.slice(offset, end).map((all) => bestOf(all, per_session ?? DEFAULT_PER_SESSION)))
          : resolve(found).slice(offset, end);
      return {
        hits: chosen.map(({ hit, text }) => ({ ...hit, snippet: snippetOf(text, terms) })),
        sessions: found.length,
        total: places.length,
        complete,
      };
    },
    /**
     * The sessions in which every word occurs, anywhere in the session, as a JSON list of ids; null for no words. In
     * titles, notes and markers, which are short, a part of a word is found too.
     */
    sessionIds(query: string): string | null {
      const [first, ...others] = parseSearch(query).map(idsWith);
      if (first === undefined) return null;
      return JSON.stringify([...first].filter((id) => others.every((ids) => ids.has(id))));
    },
  };
}

function numberOf(row: number): number {
  return Math.floor(row / LINES_PER_SESSION);
}

/** The sessions of these matches, the best first; of equally good ones the latest first. */
function bySession(places: readonly Place[]): Found[] {
  return [...Map.groupBy(places, ({ session }) => session)]
    .map(([session, all]) => ({
      session,
      places: all,
      count: all.length,
      score: all.reduce((sum, place) => sum + weightOf(place), 0),
    }))
    .sort((a, b) => b.score - a.score || (a.session.started_at < b.session.started_at ? 1 : -1));
}

function bestOf(found: Found, count: number): Found {
  return { ...found, places: found.places.toSorted((a, b) => weightOf(b) - weightOf(a)).slice(0, count) };
}

function weightOf({ kind, score }: Place): number {
  return WEIGHTS[kind] * score;
}

function prepare(database: Database.Database) {
  const lines = (where: string): string =>
    `SELECT rowid AS row, bm25(transcript_index) AS rank FROM transcript_index
       WHERE transcript_index MATCH @match ${where} ORDER BY rowid DESC LIMIT @limit`;
  // Large numbers reach SQLite as floating point, which the index does not accept; so the number is looked up in SQL.
  const number = `(SELECT number FROM session_numbers WHERE session_id = @session_id)`;
  return {
    lines: database.prepare(lines('')),
    linesOfSession: database.prepare(
      lines(
        `AND rowid BETWEEN ${number} * ${LINES_PER_SESSION} AND (${number} + 1) * ${LINES_PER_SESSION} - 1`,
      ),
    ),
    numbers: database.prepare(
      `SELECT DISTINCT rowid / ${LINES_PER_SESSION} FROM transcript_index WHERE transcript_index MATCH ?`,
    ),
    describedBy: database.prepare("SELECT session_id FROM session_details WHERE text LIKE ? ESCAPE '\\'"),
    idsWith: database.prepare(
      `SELECT session_id FROM session_numbers WHERE number IN (SELECT value FROM json_each(@numbers))
       UNION SELECT d.session_id FROM details_index JOIN session_details d ON d.row = details_index.rowid
         WHERE details_index MATCH @match`,
    ),
    details: database.prepare(
      `SELECT d.row, bm25(details_index) AS rank, d.session_id, d.kind, d.text,
         (SELECT coalesce(sum(p.duration_seconds), 0) FROM session_parts p
            WHERE p.session_id = d.session_id AND p.part < d.part) * 1000
         + d.frame * 1000.0 / coalesce(
           (SELECT p.sample_rate FROM session_parts p WHERE p.session_id = d.session_id AND p.part = d.part),
           s.sample_rate) AS start_ms
       FROM details_index JOIN session_details d ON d.row = details_index.rowid
         JOIN sessions s ON s.id = d.session_id
       WHERE details_index MATCH @match AND s.deleted_at IS NULL
         AND (@session_id IS NULL OR d.session_id = @session_id)
       ORDER BY rank LIMIT @limit`,
    ),
    sessions: database.prepare(
      `SELECT n.number, s.id AS session_id, s.title, s.started_at
       FROM sessions s LEFT JOIN session_numbers n ON n.session_id = s.id
       WHERE s.deleted_at IS NULL AND (s.id IN (SELECT value FROM json_each(@ids))
         OR n.number IN (SELECT value FROM json_each(@numbers)))`,
    ),
    // The same lines that the view session_conversation leaves out.
    bled: database.prepare(
      `SELECT t.row FROM session_audio_segments a
         JOIN session_transcripts t ON t.turn_id = a.turn_id AND +t.session_id = a.session_id
       WHERE a.bleed = 1 AND a.session_id IN (SELECT value FROM json_each(?)) AND t.source <> 'edited'
         AND NOT EXISTS (SELECT 1 FROM session_audio_segments o
           WHERE o.turn_id = a.turn_id AND +o.session_id = a.session_id AND o.bleed = 0)`,
    ),
    texts: database.prepare(
      `SELECT row, text, id AS transcript_id, role, speaker, start_ms, end_ms
       FROM session_transcripts WHERE row IN (SELECT value FROM json_each(?))`,
    ),
  };
}
