import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openCatalog, type Catalog } from '../../../src-main/catalog/catalog.ts';
import type { AudioSegment } from '../../../src-main/contract/audio-segment.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { createSessionFolder } from '../../../src-main/files/session-folder.ts';
import { openJournal, type Journal } from '../../../src-main/recording/journal.ts';
import { silentSession } from '../../support/talk.ts';
import type { Measurement } from '../measurement.ts';
import { compare } from '../own-rows.ts';
import type { RowResult } from '../results.ts';

const MANY = 5000;
const FEW = 50;
/** Changes of one sample: one alone is below what the clock tells. */
const CHANGES = 100;
const TURN_FRAMES = 16_000;

/** What is done to a session, so many times; `index` is another one each time. */
const CASES = {
  'a marker': ({ journal }, index) =>
    void journal.append({ markers: [{ part: 1, frame: index, label: 'here' }] }),
  'a turn': ({ journal }, index) => void journal.append({ segments: [turn(MANY + index)] }),
  'the state of the recording': ({ journal }, index) => {
    journal.update((record) => ({ ...record, duration_seconds: index }));
  },
  'the title of a finished session': ({ catalog, finished }, index) => {
    const renamed = { ...finished.record, revision: finished.record.revision + 1, title: `title ${index}` };
    catalog.save(renamed, finished.record);
    finished.record = renamed;
  },
} satisfies Record<string, (subject: Subject, index: number) => void>;

/** Not recorded in child processes: one catalog with two sessions, one long and one short, that are changed in turn. */
export const change: Measurement = {
  name: 'change',
  title: `A change of a session of ${MANY} turns and markers`,
  note:
    `In the catalog and in memory, ${CHANGES} of them to a sample; session.json, which is written as a whole, follows later and is ` +
    `not in it. What stands beside it under "bare append" is the same change of a session of ${FEW} turns and markers: 1 means that ` +
    'a change costs the same late in a session as early.',
  rows: [],
  ownLabels: Object.keys(CASES),
  sources: () => ['test/bench/own-rows.ts'],
  measure,
};

interface Subject {
  readonly catalog: Catalog;
  readonly journal: Journal;
  readonly finished: { record: SessionRecord };
}

async function measure(folder: string, runs: number): Promise<RowResult[]> {
  const catalog = openCatalog(join(folder, 'change.db'));
  const long = await openSubject(catalog, folder, MANY);
  const short = await openSubject(catalog, folder, FEW);
  let index = 0;
  const results = Object.entries(CASES).map(([label, apply]) => {
    const several = (subject: Subject) => () => {
      for (let time = 0; time < CHANGES; time++) apply(subject, index++);
    };
    return compare(change, label, runs, several(long), several(short));
  });
  for (const { journal } of [long, short]) {
    await journal.settled();
    journal.close();
  }
  catalog.close();
  return results;
}

async function openSubject(catalog: Catalog, folder: string, count: number): Promise<Subject> {
  const sessionOf = (id: string): SessionRecord =>
    silentSession(id, 0, {
      parts: [{ part: 1, started_at: new Date(0).toISOString(), duration_seconds: count }],
      segments: Array.from({ length: count }, (_, index) => turn(index)),
      markers: Array.from({ length: count }, (_, index) => ({ part: 1, frame: index, label: `at ${index}` })),
    });
  const running = { ...sessionOf(`running-${count}`), status: 'recording' as const };
  const own = await createSessionFolder(folder, running.id);
  const journal = openJournal(running, { folders: () => [own], catalog, log: () => undefined });
  await journal.settled();
  const finished = { record: sessionOf(`finished-${count}`) };
  catalog.save(finished.record);
  return { catalog, journal, finished };
}

function turn(index: number): AudioSegment {
  return {
    segment_id: randomUUID(),
    turn_id: randomUUID(),
    role: 'user',
    part: 1,
    start_frame: index * TURN_FRAMES,
    frame_count: TURN_FRAMES,
    start_ms: index * 1000,
    end_ms: (index + 1) * 1000,
    started_at: new Date(index * 1000).toISOString(),
    ended_at: new Date((index + 1) * 1000).toISOString(),
    interrupted: false,
    bleed: false,
    file: null,
  };
}
