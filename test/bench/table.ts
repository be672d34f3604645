import type { Machine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import type { RowResult, SideResult } from './results.ts';

/** Markdown: the machine, then one table with the rows in which Lectern does worst against the bare append on top. */
export function renderReport(
  machine: Machine,
  measurements: readonly Measurement[],
  results: readonly RowResult[],
): string {
  const rows = [...results].sort((a, b) => (b.ratios.bare ?? -Infinity) - (a.ratios.bare ?? -Infinity));
  return [
    `Commit ${machine.commit}, ${machine.date}. ${machine.cores} cores of ${machine.cpu}, ${machine.os}, Node ` +
      `${machine.node}, ffmpeg ${machine.ffmpeg}; load average ${machine.loadAverage.toFixed(1)} at the start.`,
    '',
    ...tableOf(rows),
    '',
    'Medians, with the lowest and the highest run in brackets. `x bare` and `x seed` say how many times as much Lectern ' +
      'costs as the other side in the same run: above 1 it is worse, for speeds too. Worst rows first; rows without ' +
      'a peer last.',
    '',
    ...measurements.map(({ title, note }) => `- **${title}.** ${note}`),
    '',
  ].join('\n');
}

function tableOf(rows: readonly RowResult[]): string[] {
  return [
    '| what | case | Lectern | bare append | x bare | seed design | x seed | runs |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...rows.map(
      ({ measurement, label, unit, sides, ratios, runs }) =>
        `| ${[
          measurement,
          label,
          withRange(sides.engine, unit),
          withRange(sides.bare, unit),
          ratioText(ratios.bare),
          withRange(sides.seed, unit),
          ratioText(ratios.seed),
          runs,
        ].join(' | ')} |`,
    ),
  ];
}

function withRange(result: SideResult | undefined, unit: string): string {
  if (result === undefined) return '';
  const middle = `${round(result.median)} ${unit}`;
  if (result.values.length === 1) return middle;
  return `${middle} (${round(Math.min(...result.values))} to ${round(Math.max(...result.values))})`;
}

function ratioText(ratio: number | undefined): string {
  return ratio === undefined ? '' : round(ratio);
}

/** Three digits are more than the runs agree on. */
export function round(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(value >= 0.1 ? 2 : 3);
}
