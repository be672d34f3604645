import { afterAll, expect, test } from 'vitest';
import { cleanUp } from './support/cleanup.ts';
import { runSuite } from './support/suite.ts';
import { suites } from './suites/index.ts';

const seed = Number(process.env['LECTERN_TORTURE_SEED'] ?? Math.floor(Math.random() * 1_000_000));

// Vitest ends its workers without a word.
afterAll(cleanUp);

test.for(suites)('$name: $promise', async (suite, context) => {
  const { failures, skipped } = await runSuite(suite, { depth: 'short', seed, say: console.log });
  if (skipped !== undefined) context.skip(skipped);
  expect(failures).toEqual([]);
});
