import type { Machine } from '../../bench/machine.ts';
import { hashSources } from '../../support/measured/hash-sources.ts';
import { measuredCells, readMeasuredRows, type CurrentRow } from '../../support/measured/measured-rows.ts';
import { summary, type Suite, type SuiteResult } from './suite.ts';

/** The cell that names a row. */
export const NAME_CELLS = 1;
/** What follows is written by hand, and kept. */
const NOTES_HEADING = '## What failed, and what is known of it';

/** Every suite, with the hash of what it attacks today. */
export function currentSuites(suites: readonly Suite[]): CurrentRow[] {
  return suites.map(({ name, attacks = [] }) => ({
    name,
    sources: hashSources([`test/torture/suites/${name}.ts`, ...attacks]),
  }));
}

/**
 * The results as Markdown.
 * @param earlier the report of earlier runs, of which other suites' rows and the notes are kept.
 */
export function renderResults(
  machine: Machine,
  suites: readonly Suite[],
  results: readonly SuiteResult[],
  earlier = '',
): string {
  const current = currentSuites(suites);
  const kept = readMeasuredRows(earlier, NAME_CELLS);
  const rows = current.flatMap(({ name, sources }) => {
    const result = results.find((each) => each.name === name);
    if (result !== undefined) return [row(result, machine.commit, sources)];
    return kept.find((each) => each.name === name)?.line ?? [];
  });
  const notesAt = earlier.indexOf(NOTES_HEADING);
  return [
    '# Torture results',
    '',
    `Latest run: ${machine.date}. ${machine.cores} cores of ${machine.cpu}, ${machine.os}, ` +
      `Node ${machine.node}, ffmpeg ${machine.ffmpeg}, load average ${machine.loadAverage.toFixed(1)}.`,
    '',
    'Made by `npm run torture -- --results test/torture/RESULTS.md`; see README.md beside this file for what each suite does. `sources` is a hash of',
    'the code that a suite attacks: `npm run torture -- --stale` lists the suites whose code has changed since.',
    '',
    '| suite | what must hold | rounds | failed | figures: median (maximum) | took | commit | sources |',
    '|---|---|---:|---:|---|---:|---|---|',
    ...rows,
    '',
    ...results.flatMap(failuresOf),
    ...(notesAt < 0 ? [] : [earlier.slice(notesAt)]),
  ].join('\n');
}

function row(result: SuiteResult, commit: string, sources: string): string {
  const { name, promise, rounds, failures, figures, seconds, skipped } = result;
  const cells = [...figures].map(([key, values]) => `${key} ${summary(values)}`).join('; ');
  const outcome =
    skipped === undefined
      ? [rounds, failures.length, cells, `${Math.round(seconds)} s`]
      : [0, 0, `skipped: ${skipped}`, ''];
  return `| ${[name, promise, ...outcome, ...measuredCells(commit, sources)].join(' | ')} |`;
}

function failuresOf({ name, failures }: SuiteResult): string[] {
  if (failures.length === 0) return [];
  return [
    `## Failures of ${name}`,
    '',
    ...failures.map(({ seed, message }) => `- seed ${seed}: ${message.split('\n')[0] ?? ''}`),
    '',
  ];
}
