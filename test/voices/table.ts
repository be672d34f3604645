import { quantile, type Comparison, type Score } from './score.ts';

export interface Row extends Comparison {
  readonly name: string;
}

const milliseconds = (seconds: number): string => (Number.isNaN(seconds) ? '-' : (1000 * seconds).toFixed(0));

/** Median with its sign, and what 95 of 100 errors stay below. */
const errors = (values: readonly number[]): string =>
  `${milliseconds(quantile(values, 0.5))}, ${milliseconds(quantile(values.map(Math.abs), 0.95))}`;

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;

/** Two lines a row: ours, then theirs. */
export function voicesTable(rows: readonly Row[]): string[] {
  const line = (name: string, score: Score): string =>
    `| ${[
      name,
      score.f1.toFixed(3),
      share(score.right, score.turns),
      share(score.startsRight, score.turns),
      share(score.endsRight, score.turns),
      errors(score.starts),
      errors(score.ends),
      score.split,
      score.missed,
      perMinute(score.invented, score),
    ].join(' | ')} |`;
  return [
    '| the place, turns | F1 | right | starts | ends | start, ms | end, ms | split | missed | false/min |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows.flatMap(({ name, ours, theirs, mode }) => [
      line(`${name}, ${ours.turns}`, ours),
      line(`libfvad, mode ${mode}`, theirs),
    ]),
  ];
}

const perMinute = (count: number, { seconds }: Score): string => ((60 * count) / seconds).toFixed(1);

export function falseAlarmsTable(rows: readonly Row[]): string[] {
  const cells = (score: Score): string[] => [
    perMinute(score.invented, score),
    perMinute(score.foundSeconds, score),
  ];
  return [
    '| nobody speaks | minutes | voices/min | their seconds/min | libfvad, voices/min | seconds/min | mode |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...rows.map(
      ({ name, ours, theirs, mode }) =>
        `| ${[name, (ours.seconds / 60).toFixed(1), ...cells(ours), ...cells(theirs), mode].join(' | ')} |`,
    ),
  ];
}
