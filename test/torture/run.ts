import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.ts';
import { readMeasuredRows, reportStale } from '../support/measured/measured-rows.ts';
import { currentSuites, NAME_CELLS, renderResults } from './support/results-table.ts';
import { runSuite, type SuiteResult } from './support/suite.ts';
import { suites } from './suites/index.ts';

const USAGE = `Usage: npm run torture -- [--only NAME]... [--rounds N] [--seed N] [--short | --long] [--results FILE] [--stale]
  --only     ${suites.map(({ name }) => name).join(', ')}
  --seed     the first round's; a failed round prints the one that repeats it
  --results  puts the rows into that table, as well as on stdout
  --stale    runs nothing: lists the suites in RESULTS.md whose code has changed since; exit code 1 where there are any`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    results: { type: 'string' },
    stale: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const { only } = values;
const selected = suites.filter(({ name }) => only === undefined || only.includes(name));
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed);
if (
  values.help ||
  selected.length < (only?.length ?? 1) ||
  !Number.isInteger(rounds ?? 1) ||
  !Number.isInteger(seed)
) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}

if (values.stale) {
  const report = await readFile(join(import.meta.dirname, 'RESULTS.md'), 'utf8');
  const measured = readMeasuredRows(report, NAME_CELLS);
  process.exit(reportStale('test/torture/RESULTS.md', measured, currentSuites(selected)));
}

const machine = await describeMachine();
const results: SuiteResult[] = [];
for (const suite of selected)
  results.push(
    await runSuite(suite, {
      depth: values.short ? 'short' : values.long ? 'long' : 'normal',
      rounds,
      seed,
      say: (line) => process.stderr.write(`${line}\n`),
    }),
  );
process.stdout.write(renderResults(machine, suites, results));
if (values.results !== undefined) {
  const earlier = await readFile(values.results, 'utf8').catch(() => '');
  await writeFile(values.results, renderResults(machine, suites, results, earlier));
}
process.exit(results.some(({ failures }) => failures.length > 0) ? 1 : 0);
