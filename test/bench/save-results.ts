import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hashSources } from '../support/measured/hash-sources.ts';
import { readMeasuredRows, rowName, type CurrentRow } from '../support/measured/measured-rows.ts';
import type { Machine } from './machine.ts';
import type { Measurement, Row } from './measurement.ts';
import { NAME_CELLS, readRows, renderReport, type RenderedRow } from './table.ts';

export const RESULTS_PATH = fileURLToPath(new URL('./RESULTS.md', import.meta.url));
const README_PATH = fileURLToPath(new URL('../../README.md', import.meta.url));

const INTRODUCTION =
  '# Bench results\n\nMade by `npm run bench -- --save`. How to read the rows: README.md in this folder.\n\n';
/** The sentence of the README that says what its figures were measured on. */
const MEASURED_AT = /measured at commits? (?:`[^`]+`(?:, )?)+/;

/** Every row there can be, with the hash of what it measures today. */
export function currentRows(measurements: readonly Measurement[]): CurrentRow[] {
  return measurements.flatMap(({ name, title, rows, ownLabels = [], sources }) => {
    const rowOf = (label: string, row: Row | undefined): CurrentRow => ({
      name: rowName([title, label]),
      sources: hashSources([`test/bench/measurements/${name}.ts`, ...sources(row)]),
    });
    return [
      ...rows.map((row) => rowOf(row.label, row)),
      ...ownLabels.map((label) => rowOf(label, undefined)),
    ];
  });
}

/** Replaces the measured rows in RESULTS.md, drops those that are no longer measured, and names the commits in the README. */
export function saveResults(
  machine: Machine,
  measurements: readonly Measurement[],
  measured: readonly RenderedRow[],
): void {
  const known = new Set(currentRows(measurements).map(({ name }) => name));
  const kept = readRows(readFileSync(RESULTS_PATH, 'utf8')).filter(
    ({ name }) => known.has(name) && !measured.some((row) => row.name === name),
  );
  const report = INTRODUCTION + renderReport(machine, measurements, [...kept, ...measured]);
  writeFileSync(RESULTS_PATH, report);
  writeFileSync(README_PATH, withMeasuredCommits(readFileSync(README_PATH, 'utf8'), report));
}

/** The README with the commits of this report in its sentence about figures. */
export function withMeasuredCommits(readme: string, report: string): string {
  const commits = [...new Set(readMeasuredRows(report, NAME_CELLS).map(({ commit }) => commit))];
  if (!MEASURED_AT.test(readme))
    throw new Error('expected "measured at commit `...`" in README.md, found none');
  const words = commits.map((commit) => `\`${commit}\``).join(', ');
  return readme.replace(MEASURED_AT, `measured at commit${commits.length === 1 ? '' : 's'} ${words}`);
}
