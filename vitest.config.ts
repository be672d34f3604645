import { defineConfig } from 'vitest/config';
import { OutcomeReporter } from './test/setup/outcome-reporter.ts';

const project = (name: string, timeoutSeconds: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
  },
});

/** In workers that keep what they have loaded: its files share nothing that changes. */
const shared = (name: string, timeoutSeconds: number) => {
  const { extends: extended, test } = project(name, timeoutSeconds);
  return { extends: extended, test: { ...test, isolate: false } };
};

/**
 * Real audio in real time, one file at a time: what is as important as it starves the browser's audio thread, so
 * `npm test` gives them precedence. Another try is for a machine that was busy all the same.
 */
const inRealTime = (name: string, timeoutSeconds: number) => {
  const { extends: extended, test } = project(name, timeoutSeconds);
  return { extends: extended, test: { ...test, fileParallelism: false, retry: 1 } };
};

/** Real browsers. Another try is for one that a busy machine kept waiting; the outcome says what failed before it. */
const inBrowser = (name: string, timeoutSeconds: number) => {
  const { extends: extended, test } = project(name, timeoutSeconds);
  return { extends: extended, test: { ...test, retry: 1 } };
};

const outcomeFile = process.env['LECTERN_TEST_OUTCOME'];

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores.
    maxWorkers: 2,
    silent: 'passed-only',
    expect: { poll: { timeout: 10_000 } },
    reporters: outcomeFile === undefined ? ['default'] : ['verbose', new OutcomeReporter(outcomeFile)],
    projects: [
      shared('unit', 60),
      shared('integration', 60),
      project('media', 120),
      inRealTime('fidelity', 120),
      inRealTime('live', 120),
      inBrowser('browser', 120),
      inBrowser('desktop', 120),
      project('torture', 300),
    ],
  },
});
