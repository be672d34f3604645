import { describe, expect, test } from 'vitest';
import type { Machine } from '../../bench/machine.ts';
import { scenario, type Measurement, type Row } from '../../bench/measurement.ts';
import { summarise, type Round } from '../../bench/results.ts';
import { costRatio, median } from '../../bench/statistics.ts';
import { readRows, renderReport, renderRow } from '../../bench/table.ts';

const machine: Machine = {
  commit: 'abc1234',
  date: '2026-01-02',
  cores: 2,
  cpu: 'Some CPU',
  os: 'Linux',
  node: '24.0.0',
  ffmpeg: '5.1',
  loadAverage: 0.5,
};

const stopRow: Row = {
  label: '1 min',
  unit: 'ms',
  better: 'lower',
  scenario: scenario({}),
  sides: ['engine', 'bare', 'seed'],
  figure: ({ stopMs }) => stopMs,
};
const speedRow: Row = {
  ...stopRow,
  label: 'speed',
  unit: 'x real time',
  better: 'higher',
  sides: ['engine', 'bare'],
  figure: ({ wallSeconds }, { audioSeconds }) => audioSeconds / wallSeconds,
};
const measurement: Measurement = {
  name: 'm',
  title: 'Measured',
  note: 'Noted.',
  rows: [stopRow, speedRow],
  sources: () => [],
};

const sample = (stopMs: number, wallSeconds = 1) => ({
  stopMs,
  wallSeconds,
  cpuSeconds: 0,
  stopCpuSeconds: 0,
  peakRssBytes: 0,
});

describe('the bench reports what it measured', () => {
  test('one slow run does not move the figure, and an even number of runs has a middle', () => {
    expect(median([9, 1, 1000, 8, 2])).toBe(8);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow('at least one value');
  });

  test('a run on a busy machine is held against the peer of the same run', () => {
    // Medians alone would give 100 / 10; run by run Lectern always costs twice as much.
    expect(costRatio([2, 100, 200], [1, 50, 100], 'lower')).toBe(2);
  });

  test('half the speed reads as twice the cost', () => {
    expect(costRatio([500], [1000], 'higher')).toBe(2);
  });

  test('a row holds every run, its medians and its ratios to both peers', () => {
    const rounds: Round[] = [
      { engine: sample(10), bare: sample(5), seed: sample(100) },
      { engine: sample(30), bare: sample(10), seed: sample(100) },
      { engine: sample(20), bare: sample(5), seed: sample(100) },
    ];
    const result = summarise(measurement, stopRow, rounds);
    expect(result.sides.engine).toEqual({ values: [10, 30, 20], median: 20 });
    expect(result.ratios).toEqual({ bare: 3, seed: 0.2 });
    expect(result.runs).toBe(3);
  });

  test('the table names commit and machine, and its worst row comes first', () => {
    const good = summarise(measurement, stopRow, [
      { engine: sample(10), bare: sample(20), seed: sample(40) },
    ]);
    const bad = summarise(measurement, speedRow, [{ engine: sample(1, 3), bare: sample(1, 1) }]);
    const rendered = [good, bad].map((result) => renderRow(result, 'abc1234', '0123abcdef'));
    const report = renderReport(machine, [measurement], rendered);
    expect(report).toContain('commit abc1234');
    expect(report).toContain('2 cores of Some CPU');
    const rows = report.split('\n').filter((line) => line.startsWith('| Measured'));
    expect(rows).toEqual([
      '| Measured | speed | 20.0 x real time | 60.0 x real time | 3.00 |  |  | 1 | `abc1234` | `0123abcdef` |',
      '| Measured | 1 min | 10.0 ms | 20.0 ms | 0.50 | 40.0 ms | 0.25 | 1 | `abc1234` | `0123abcdef` |',
    ]);
    expect(readRows(report).toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
      rendered.toSorted((a, b) => a.name.localeCompare(b.name)),
    );
  });
});
