import type { Machine } from '../../bench/machine.ts';
import { summary, type SuiteResult } from './suite.ts';

export function renderResults(machine: Machine, results: readonly SuiteResult[]): string {
  return [
    '# Torture results',
    '',
    `Commit ${machine.commit}, ${machine.date}. ${machine.cores} cores of ${machine.cpu}, ${machine.os}, ` +
      `Node ${machine.node}, ffmpeg ${machine.ffmpeg}, load average ${machine.loadAverage.toFixed(1)}.`,
    '',
    'Made by `npm run torture`; see README.md beside this file for what each suite does.',
    '',
    '| suite | what must hold | rounds | failed | figures: median (maximum) | took |',
    '|---|---|---:|---:|---|---:|',
    ...results.map(row),
    '',
    ...results.flatMap(failuresOf),
  ].join('\n');
}

function row({ name, promise, rounds, failures, figures, seconds, skipped }: SuiteResult): string {
  if (skipped !== undefined) return `| ${name} | ${promise} | 0 | 0 | skipped: ${skipped} | |`;
  const cells = [...figures].map(([key, values]) => `${key} ${summary(values)}`).join('; ');
  return `| ${name} | ${promise} | ${rounds} | ${failures.length} | ${cells} | ${Math.round(seconds)} s |`;
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
