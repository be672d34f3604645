import { expect, test } from 'vitest';
import { errorStatus } from '../../../src-main/contract/error-status.ts';
import { errorCodeSchema } from '../../../src-main/contract/errors.ts';

test('no error answers 500 but the one that nobody expected', () => {
  const unexpected = errorCodeSchema.options.filter((code) => errorStatus(code) === 500);
  expect(unexpected).toEqual(['INTERNAL']);
  for (const code of errorCodeSchema.options) expect(errorStatus(code), code).toBeGreaterThanOrEqual(400);
  expect(errorStatus('RECOGNISER_NOT_SET')).toBe(409);
  expect(errorStatus('SYSTEM_AUDIO_UNAVAILABLE')).toBe(409);
});
