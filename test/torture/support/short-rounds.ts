import { afterAll, expect, test } from 'vitest';
import { cleanUp } from './cleanup.ts';
import { runSuite, type Suite } from './suite.ts';

/** The rounds of these suites that `npm test` has time for, a test each. */
export function testShortRounds(suites: readonly Suite[]): void {
  const seed = Number(process.env['LECTERN_TORTURE_SEED'] ?? Math.floor(Math.random() * 1_000_000));

  // Vitest ends its workers without a word.
  afterAll(cleanUp);

  test.for(suites)('$name, short rounds of: $promise', async (suite, context) => {
    const { failures, skipped } = await runSuite(suite, { depth: 'short', seed, say: console.log });
    if (skipped !== undefined) context.skip(skipped);
    expect(failures).toEqual([]);
  });
}
