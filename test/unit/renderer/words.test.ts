import { expect, test } from 'vitest';
import en from '../../../resources/locales/en.json' with { type: 'json' };
import { exportFormatSchema } from '../../../src-main/contract/audio-format.ts';
import { gapCauseSchema } from '../../../src-main/contract/capture-report.ts';
import { verdictSchema } from '../../../src-main/contract/intake.ts';
import { faultCodeSchema, fileOutcomeSchema, mendingSchema } from '../../../src-main/contract/repair.ts';
import { errorCodeSchema } from '../../../src-main/contract/errors.ts';
import { stopReasonSchema, warningCodeSchema } from '../../../src-main/contract/server-messages.ts';
import { sessionStatusSchema } from '../../../src-main/contract/session-record.ts';

test('every error says what happened and what to do', () => {
  const words = new Map<string, { title: string; action: string }>(Object.entries(en.errors));
  expect([...words.keys()].sort()).toEqual([...errorCodeSchema.options].sort());
  for (const [code, { title, action }] of words) {
    expect(title.length, `title of ${code}`).toBeGreaterThan(10);
    expect(action, `action of ${code}`).toMatch(/\w.*\.$/);
  }
});

test.each([
  ['warning', warningCodeSchema.options, Object.keys(en.warning)],
  ['reason for stopping', stopReasonSchema.options, Object.keys(en.saved.reason)],
  ['cause of a gap', gapCauseSchema.options, Object.keys(en.report.cause)],
  ['state of a session', sessionStatusSchema.options, Object.keys(en.library.status)],
  ['fault of a file', faultCodeSchema.options, Object.keys(en.faults)],
  ['way of mending', mendingSchema.options, Object.keys(en.intake.mending)],
  ['verdict on a file', verdictSchema.options, Object.keys(en.intake.verdict)],
  ['outcome of a check', fileOutcomeSchema.options, Object.keys(en.check.outcome)],
  ['file format', exportFormatSchema.options, Object.keys(en.record.formats)],
])('every %s has words', (_, codes: readonly string[], words: readonly string[]) => {
  expect(codes.filter((code) => !words.includes(code))).toEqual([]);
});
