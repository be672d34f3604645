import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { columnsOf } from '../../../src-main/catalog/columns.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import type { TranscriptEntry } from '../../../src-main/contract/transcript.ts';
import { silentSession, spokenLine } from '../../support/talk.ts';

const at = new Date(0).toISOString();

/** With something in every field that has a column, and nothing in every one that may be absent or null. */
const described: Partial<SessionRecord> = {
  notes: 'read aloud',
  ended_at: at,
  record: ['user', 'mixed'],
  profile: 'lecture',
  encoder: 'ffmpeg',
  recordings_dir: '/recordings',
  fallback_dir: '/spare',
  recovered: { at, lost_seconds_at_most: 0.5 },
  imported: { at, name: 'talk.m4a', faults: [], dated_by: 'embedded', mended: true, kept: [] },
  parts: [
    { part: 1, started_at: at, duration_seconds: 2 },
    { part: 2, started_at: at, duration_seconds: 0.25, sample_rate: 48_000, reason: 'duration_limit' },
  ],
  files: [
    {
      part: 1,
      type: 'mixed',
      format: 'mp4',
      file_path: 'all/mixed_1.mp4',
      url: '',
      byte_size: 7,
      duration_ms: 1.5,
      master: false,
      gain: 2,
      status: 'completed',
      sha256: 'ab',
    },
    {
      part: 2,
      type: 'user',
      format: 'wav',
      file_path: 'all/user_2.wav',
      url: '',
      byte_size: 44,
      duration_ms: 0,
      master: true,
      gain: 1,
      status: 'missing',
    },
  ],
  markers: [{ part: 2, frame: 12, label: '' }],
  segments: [true, false].map((isSet, index) => ({
    segment_id: randomUUID(),
    turn_id: randomUUID(),
    role: isSet ? 'user' : 'assistant',
    part: 1,
    start_frame: index,
    frame_count: 1,
    start_ms: index,
    end_ms: index + 0.5,
    started_at: at,
    ended_at: at,
    interrupted: isSet,
    bleed: !isSet,
    file: isSet ? 'turn.wav' : null,
  })),
};

test('everything that is said of a session and in it comes out of the catalog as it went in', () => {
  const catalog = openCatalog(':memory:');
  onTestFinished(() => {
    catalog.close();
  });
  const lines: TranscriptEntry[] = [
    spokenLine('plain', 0),
    spokenLine('edited', 1, {
      turn_id: randomUUID(),
      speaker: 'Ada',
      interrupted: true,
      words: [{ text: 'edited', start_ms: 1, end_ms: 2 }],
      source: 'edited',
      original: 'edit it',
    }),
  ];
  for (const session of [silentSession('bare', 0), silentSession('all', 0, described)]) {
    catalog.save(session);
    expect(catalog.get(session.id)).toStrictEqual(session);
    catalog.putTranscript(session.id, lines);
    expect(catalog.transcript(session.id).entries).toStrictEqual(lines);
    expect(catalog.transcriptEntry(session.id, lines[1]?.id ?? '')).toStrictEqual(lines[1]);
    const page = catalog.list({ limit: 10, offset: 0 }).sessions;
    expect(page.find(({ id }) => id === session.id)).toStrictEqual({ ...session, segments: [] });
  }
});

test('a schema tells its columns, what is absent and what is null', () => {
  const columns = columnsOf(
    z.object({
      name: z.string(),
      isOn: z.boolean().default(false),
      list: z.array(z.number()).nullable(),
      maybe: z.object({ a: z.number() }).optional(),
      rate: z.int().nullable().default(null),
    }),
    { name: 'called' },
  );
  expect(columns.names).toEqual(['called', 'isOn', 'list', 'maybe', 'rate']);
  const full = { name: 'x', isOn: true, list: [1, 2], maybe: { a: 1 }, rate: 3 };
  expect(columns.toRow(full)).toEqual({ called: 'x', isOn: 1, list: '[1,2]', maybe: '{"a":1}', rate: 3 });
  expect(columns.fromRow(columns.toRow(full))).toStrictEqual(full);
  const bare = { name: '', isOn: false, list: null, rate: null };
  expect(columns.toRow(bare)).toEqual({ called: '', isOn: 0, list: null, maybe: null, rate: null });
  expect(columns.fromRow({ ...columns.toRow(bare), other: 'column' })).toStrictEqual(bare);
});
