import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { change } from './measurements/change.ts';
import { cpu } from './measurements/cpu.ts';
import { ingest } from './measurements/ingest.ts';
import { memory } from './measurements/memory.ts';
import { search } from './measurements/search.ts';
import { stopMp4 } from './measurements/stop-mp4.ts';
import { stopWav } from './measurements/stop-wav.ts';
import { summarise, type RowResult } from './results.ts';
import { createSampler } from './sampler.ts';
import { currentRows, RESULTS_PATH, saveResults } from './save-results.ts';
import { NAME_CELLS, renderReport, renderRow } from './table.ts';
import { readMeasuredRows, reportStale, rowName } from '../support/measured/measured-rows.ts';

const MEASUREMENTS = [stopWav, memory, cpu, ingest, stopMp4, search, change];
const DEFAULT_RUNS = 5;
const USAGE = `Usage: npm run bench -- [--only NAME]... [--quick] [--save | --stale]
  --only   ${MEASUREMENTS.map(({ name }) => name).join(', ')}
  --quick  one run of each instead of up to five
  --save   puts the rows into test/bench/RESULTS.md, and the commit into the README
  --stale  measures nothing: lists the rows there whose code has changed since; exit code 1 where there are any`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean' },
    save: { type: 'boolean' },
    stale: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
const { only, quick = false, save = false, stale = false } = values;
const selected = MEASUREMENTS.filter(({ name }) => only === undefined || only.includes(name));
if (values.help === true || selected.length < (only?.length ?? 1)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help === true ? 0 : 2);
}

if (stale) {
  const measured = readMeasuredRows(readFileSync(RESULTS_PATH, 'utf8'), NAME_CELLS);
  process.exit(reportStale(relative(process.cwd(), RESULTS_PATH), measured, currentRows(selected)));
}

const resultsDir = fileURLToPath(new URL('../../bench-results/', import.meta.url));
await mkdir(resultsDir, { recursive: true });
// Beside the results and not in the system's temporary folder, which is often memory that no fdatasync reaches.
const workDir = await mkdtemp(join(resultsDir, 'work-'));
// Also when interrupted, or when whoever reads the table has gone.
process.once('exit', () => rmSync(workDir, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
try {
  const machine = await describeMachine();
  const sampler = createSampler(workDir);
  const results: RowResult[] = [];
  const startedAt = performance.now();
  for (const measurement of selected) {
    if (measurement.measure !== undefined) {
      process.stderr.write(`${measurement.name}\n`);
      results.push(...(await measurement.measure(workDir, quick ? 1 : DEFAULT_RUNS)));
    }
    for (const row of measurement.rows) {
      process.stderr.write(`${measurement.name}: ${row.label}\n`);
      const runs = quick ? 1 : (row.runs ?? DEFAULT_RUNS);
      results.push(summarise(measurement, row, await sampler.roundsOf(row, runs)));
    }
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const path = join(resultsDir, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  await writeFile(path, `${JSON.stringify({ machine, seconds, results }, undefined, 2)}\n`);
  const current = currentRows(selected);
  const rendered = results.map((result) => {
    const name = rowName([result.measurement, result.label]);
    const sources = current.find((row) => row.name === name)?.sources;
    if (sources === undefined) throw new Error(`no row is called ${name}`);
    return renderRow(result, machine.commit, sources);
  });
  process.stdout.write(renderReport(machine, selected, rendered));
  if (save) saveResults(machine, MEASUREMENTS, rendered);
  process.stderr.write(`took ${seconds} s; every value is in ${relative(process.cwd(), path)}\n`);
} catch (error) {
  // A child's words are in the message already; its stack and its streams once more help nobody.
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
