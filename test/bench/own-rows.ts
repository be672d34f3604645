import type { Measurement } from './measurement.ts';
import type { RowResult } from './results.ts';
import { costRatio, median } from './statistics.ts';

/** Rows of measurements that record nothing in child processes: two tasks, each timed in this process, one after the other. */
export function compare(
  { title }: Measurement,
  label: string,
  runs: number,
  engine: () => unknown,
  bare: () => unknown,
): RowResult {
  const taken = { engine: [] as number[], bare: [] as number[] };
  // The first time reads what later ones find in memory.
  for (let run = 0; run <= runs; run++) {
    const sample = { engine: timed(engine), bare: timed(bare) };
    if (run === 0) continue;
    taken.engine.push(sample.engine);
    taken.bare.push(sample.bare);
  }
  const side = (values: number[]) => ({ values, median: median(values) });
  return {
    measurement: title,
    label,
    unit: 'ms',
    better: 'lower',
    runs,
    sides: { engine: side(taken.engine), bare: side(taken.bare) },
    ratios: { bare: costRatio(taken.engine, taken.bare, 'lower') },
  };
}

function timed(task: () => unknown): number {
  const startedAt = performance.now();
  task();
  return performance.now() - startedAt;
}
