import { expect, test } from 'vitest';
import { newSessionRecord } from '../../../src-main/contract/new-session-record.ts';
import type { SessionProcessing } from '../../../src-main/contract/processing.ts';
import { sessionRecordSchema } from '../../../src-main/contract/session-record.ts';

const KNOWN = {
  tracks: ['user'],
  encoding: 'pcm_s16le',
  channels: 1,
  sample_rate: 16_000,
  format: 'wav',
  started_at: '2026-01-01T00:00:00.000Z',
  status: 'recording',
  title: 'A talk',
  id: 'talk',
} satisfies Parameters<typeof newSessionRecord>[0];

test('a new session’s record is whole, and has every key in the order of the schema', () => {
  const record = newSessionRecord(KNOWN);
  const keys = Object.keys(sessionRecordSchema.shape).filter((key) => key !== 'processing');
  expect(Object.keys(record)).toEqual(keys);
  expect(sessionRecordSchema.parse(record)).toEqual(record);
});

test('what is known of a session stays, but for how far its text has come', () => {
  const marker = { part: 1, frame: 3, label: 'here' };
  const processing: SessionProcessing = {
    job_id: '00000000-0000-4000-8000-000000000000',
    state: 'queued',
    attempts: 0,
    progress: 0,
    not_before: null,
    error: null,
    updated_at: KNOWN.started_at,
  };
  const record = newSessionRecord({ ...KNOWN, revision: 7, markers: [marker], processing });
  expect(record).toMatchObject({ revision: 7, markers: [marker], title: 'A talk' });
  expect(record).not.toHaveProperty('processing');
});
