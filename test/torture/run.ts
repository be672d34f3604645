import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/machine.ts';
import { renderResults } from './support/results-table.ts';
import { runSuite, type SuiteResult } from './support/suite.ts';
import { suites } from './suites/index.ts';

const USAGE = `Usage: npm run torture -- [--only NAME]... [--rounds N] [--seed N] [--short | --long] [--results FILE]
  --only     ${suites.map(({ name }) => name).join(', ')}
  --seed     the first round's; a failed round prints the one that repeats it
  --results  writes the table there as well as to stdout`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    results: { type: 'string' },
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
const table = renderResults(await describeMachine(), results);
process.stdout.write(table);
if (values.results !== undefined) await writeFile(values.results, table);
process.exit(results.some(({ failures }) => failures.length > 0) ? 1 : 0);
