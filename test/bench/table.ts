import { measuredCells, readMeasuredRows, rowName } from '../support/measured/measured-rows.ts';
import type { Machine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import type { RowResult, SideResult } from './results.ts';

/** Cells, from the left, that name a row. */
export const NAME_CELLS = 2;
/** Where the ratio to the bare side stands: the table's order. */
const BARE_RATIO_CELL = 4;

export interface RenderedRow {
  readonly name: string;
  /** Everything the table shows of it, the hash of what it measured last. */
  readonly cells: readonly string[];
}

/** A row of the table, with the commit and the hash of what it measured. */
export function renderRow(result: RowResult, commit: string, sources: string): RenderedRow {
  const { measurement, label, unit, sides, ratios, runs } = result;
  return {
    name: rowName([measurement, label]),
    cells: [
      measurement,
      label,
      withRange(sides.engine, unit),
      withRange(sides.bare, unit),
      ratioText(ratios.bare),
      withRange(sides.seed, unit),
      ratioText(ratios.seed),
      String(runs),
      ...measuredCells(commit, sources),
    ],
  };
}

/** The rows of a report that was rendered before. */
export function readRows(report: string): RenderedRow[] {
  return readMeasuredRows(report, NAME_CELLS).map(({ name, line }) => ({
    name,
    cells: line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  }));
}

/** Markdown: the machine, then one table with the rows in which Lectern does worst against the bare append on top. */
export function renderReport(
  machine: Machine,
  measurements: readonly Measurement[],
  rendered: readonly RenderedRow[],
): string {
  const worst = ({ cells }: RenderedRow): number => Number(cells[BARE_RATIO_CELL] || -Infinity);
  const rows = rendered.toSorted((a, b) => worst(b) - worst(a));
  return [
    `Latest run: commit ${machine.commit}, ${machine.date}. ${machine.cores} cores of ${machine.cpu}, ${machine.os}, Node ` +
      `${machine.node}, ffmpeg ${machine.ffmpeg}; load average ${machine.loadAverage.toFixed(1)} at the start.`,
    '',
    '| what | case | Lectern | bare append | x bare | seed design | x seed | runs | commit | sources |',
    '|---|---|--:|--:|--:|--:|--:|--:|---|---|',
    ...rows.map(({ cells }) => `| ${cells.join(' | ')} |`),
    '',
    'Medians, with the lowest and the highest run in brackets. `x bare` and `x seed` say how many times as much Lectern ' +
      'costs as the other side in the same run: above 1 it is worse, for speeds too. Worst rows first; rows without ' +
      'a peer last. `sources` is a hash of the code that the row measured: `npm run bench -- --stale` lists the rows whose code has ' +
      'changed since.',
    '',
    ...measurements.map(({ title, note }) => `- **${title}.** ${note}`),
    '',
  ].join('\n');
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
