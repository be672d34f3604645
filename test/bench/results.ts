import type { Measurement, Row, Unit } from './measurement.ts';
import type { Sample, Side } from './scenario.ts';
import { costRatio, median } from './statistics.ts';

/** What all sides of a row cost in one run, under the same conditions. */
export type Round = Readonly<Partial<Record<Side, Sample>>>;

export interface SideResult {
  readonly values: readonly number[];
  readonly median: number;
}

export interface RowResult {
  readonly measurement: string;
  readonly label: string;
  readonly unit: Unit;
  readonly better: Row['better'];
  readonly runs: number;
  readonly sides: Readonly<Partial<Record<Side, SideResult>>>;
  /** Lectern's cost in times that of the others, run by run; above 1 it is worse. */
  readonly ratios: Readonly<Partial<Record<Exclude<Side, 'engine'>, number>>>;
}

export function summarise(measurement: Measurement, row: Row, rounds: readonly Round[]): RowResult {
  const valuesOf = (side: Side): number[] =>
    rounds.flatMap((round) => {
      const sample = round[side];
      return sample === undefined ? [] : [row.figure(sample, { ...row.scenario, side })];
    });
  const resultOf = (side: Side): Partial<Record<Side, SideResult>> => {
    const values = valuesOf(side);
    return values.length === 0 ? {} : { [side]: { values, median: median(values) } };
  };
  const ratioTo = (side: 'bare' | 'seed'): RowResult['ratios'] => {
    const peers = valuesOf(side);
    return peers.length === 0 ? {} : { [side]: costRatio(valuesOf('engine'), peers, row.better) };
  };
  return {
    measurement: measurement.title,
    label: row.label,
    unit: row.unit,
    better: row.better,
    runs: rounds.length,
    sides: { ...resultOf('engine'), ...resultOf('bare'), ...resultOf('seed') },
    ratios: { ...ratioTo('bare'), ...ratioTo('seed') },
  };
}
