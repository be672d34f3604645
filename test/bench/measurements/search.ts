import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { createTalk, saveTalk, silentSession } from '../../support/talk.ts';
import type { Measurement } from '../measurement.ts';
import { compare } from '../own-rows.ts';
import type { RowResult } from '../results.ts';

const SESSIONS = 1000;
/** What is said in an hour. */
const WORDS = 9000;
const HOUR_MS = 3_600_000;

/** Words by how often they are said: the 0th is in half of all lines. */
const CASES = [
  { label: 'the commonest word', ranks: [0], prefix: false },
  { label: 'a common word', ranks: [50], prefix: false },
  { label: 'a rare word', ranks: [8000], prefix: false },
  { label: 'two words', ranks: [5, 200], prefix: false },
  { label: 'a phrase', ranks: [2, 9], prefix: false, phrase: true },
  { label: 'the beginning of a word', ranks: [400], prefix: true },
] as const;

/** Not recorded in child processes as the others are: one catalog, made once, and asked again and again. */
export const search: Measurement = {
  name: 'search',
  title: 'Search',
  note:
    `A catalog of ${SESSIONS} sessions of an hour with ${WORDS} made-up words each, spread as in a language. Lectern ranks what it ` +
    'finds, groups it by session and cuts snippets; what stands beside it under "bare append" is a LIKE over the same ' +
    'lines that returns the first thousand. For the list of sessions the peer finds the sessions alone.',
  rows: [],
  ownLabels: CASES.flatMap(({ label }) => [label, `${label}, sessions`]),
  sources: () => ['test/bench/own-rows.ts'],
  measure,
};

function measure(folder: string, runs: number): RowResult[] {
  const path = join(folder, 'search.db');
  const catalog = openCatalog(path);
  const talk = createTalk(1);
  process.stderr.write(`search: making ${SESSIONS} sessions\n`);
  for (let index = 0; index < SESSIONS; index++)
    saveTalk(catalog, silentSession(`session-${index}`, index * HOUR_MS), [...talk.lines(WORDS)]);
  const scan = new Database(path, { readonly: true });
  const lines = scan.prepare('SELECT row FROM session_transcripts WHERE text LIKE ? LIMIT 1000');
  const sessions = scan.prepare('SELECT DISTINCT session_id FROM session_transcripts WHERE text LIKE ?');
  const results = CASES.flatMap(({ label, ranks, prefix, ...kind }) => {
    const words = ranks.map(talk.wordAt);
    const query = `${'phrase' in kind ? `"${words.join(' ')}"` : words.join(' ')}${prefix ? '' : ' '}`;
    const like = `%${words.join('%')}%`;
    return [
      compare(
        search,
        label,
        runs,
        () => catalog.search({ query }),
        () => lines.all(like),
      ),
      compare(
        search,
        `${label}, sessions`,
        runs,
        () => catalog.list({ query, limit: 200, offset: 0 }),
        () => sessions.all(like),
      ),
    ];
  });
  scan.close();
  catalog.close();
  return results;
}
