import { runSteps, script } from './setup/steps.ts';

const vitest = { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'] } as const;

// Longest first, on the two processors every machine has.
const results = await runSteps(
  [vitest, script('types'), script('lint'), script('format:check'), script('docs:check')],
  2,
);
if (results.some(({ passed }) => !passed)) process.exitCode = 1;
