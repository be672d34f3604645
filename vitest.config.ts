import { defineConfig } from 'vitest/config';
import { OutcomeReporter } from './test/setup/outcome-reporter.ts';

const project = (name: string, timeoutSeconds: number, groupOrder = 0) => ({
  extends: true as const,
  test: {
    name,
    sequence: { groupOrder },
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
  },
});

/** After everything of a lower order, one file at a time: two browsers would starve each other's audio threads. */
const alone = (name: string, timeoutSeconds: number, groupOrder: number) => {
  const { extends: extended, test } = project(name, timeoutSeconds, groupOrder);
  return { extends: extended, test: { ...test, fileParallelism: false } };
};

/** In workers that keep what they have loaded: its files share nothing that changes. */
const shared = (name: string, timeoutSeconds: number) => {
  const { extends: extended, test } = project(name, timeoutSeconds);
  return { extends: extended, test: { ...test, isolate: false } };
};

const outcomeFile = process.env['LECTERN_TEST_OUTCOME'];

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores: a third worker would only make real-time capture tests fight for the processor.
    maxWorkers: 2,
    silent: 'passed-only',
    reporters: outcomeFile === undefined ? ['default'] : ['verbose', new OutcomeReporter(outcomeFile)],
    projects: [
      shared('unit', 20),
      project('integration', 60),
      project('media', 120),
      alone('browser', 120, 1),
      project('desktop', 120, 2),
      project('torture', 300, 2),
    ],
  },
});
