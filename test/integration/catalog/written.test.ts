import Database from 'better-sqlite3';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { startSpokenSession } from '../../support/spoken-session.ts';
import { silentSession } from '../../support/talk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TABLES = [
  'sessions',
  'session_parts',
  'recordings',
  'markers',
  'session_audio_segments',
  'session_details',
];

/** Counts the rows that are written and removed, table by table, as the database itself sees them. */
function countWrites(path: string): () => Record<string, number> {
  const database = new Database(path);
  onTestFinished(() => void database.close());
  database.exec('CREATE TABLE written (name TEXT)');
  for (const table of TABLES)
    for (const event of ['INSERT', 'UPDATE', 'DELETE'])
      database.exec(
        `CREATE TRIGGER ${table}_${event} AFTER ${event} ON ${table} BEGIN INSERT INTO written VALUES ('${table}'); END`,
      );
  return () => {
    const names = database.prepare('DELETE FROM written RETURNING name').pluck().all().map(String);
    return Object.fromEntries(
      TABLES.filter((table) => names.includes(table)).map((table) => [
        table,
        names.filter((name) => name === table).length,
      ]),
    );
  };
}

test('a new title, new notes and a turn as a file write themselves, and no other turn, marker or file', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  const session = await startSpokenSession(recorder, 'seminar', { title: 'Seminar' });
  for (let index = 0; index < 5; index++) {
    await session.turn(0.2, `line ${index}`);
    await session.say({ action: 'marker', label: `marker ${index}` });
  }
  await session.stop();
  const written = countWrites(join(dataDir, 'lectern.db'));
  const { handlers } = recorder;
  await handlers['sessions.update']({ id: 'seminar', title: 'Thermodynamics' });
  // The old title goes out of what is found, and the new one in.
  expect(written()).toEqual({ sessions: 1, session_details: 2 });
  await handlers['sessions.update']({ id: 'seminar', notes: 'read again' });
  expect(written()).toEqual({ sessions: 1, session_details: 1 });
  await handlers['sessions.turn_files']({ id: 'seminar' });
  expect(written()).toEqual({ sessions: 1, session_audio_segments: 5 });
  const found = await handlers.search({ query: 'thermodynamics' });
  expect(found.hits).toMatchObject([{ kind: 'title' }]);
  expect((await handlers.search({ query: 'marker' })).hits).toHaveLength(5);
});

test('where others have written a session since it was read, all of it is written', async () => {
  const path = join(await temporaryFolder(), 'lectern.db');
  const [ours, theirs] = [openCatalog(path), openCatalog(path)];
  onTestFinished(() => {
    ours.close();
    theirs.close();
  });
  const markers = [{ part: 1, frame: 7, label: 'kept' }];
  ours.save(silentSession('talk', 0, { markers, revision: 1 }));
  const known = ours.get('talk');
  if (known === undefined) throw new Error('expected the session that was saved');
  theirs.save({ ...known, revision: 2, markers: [] });
  const renamed = { ...known, revision: 3, title: 'renamed' };
  ours.save(renamed, known);
  expect(theirs.get('talk')).toEqual(renamed);
});
