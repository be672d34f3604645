import type { RowResult } from './results.ts';
import { DEFAULT_SCENARIO, type Sample, type Scenario, type Side } from './scenario.ts';

export type Unit = 'ms' | 's' | 'MB' | 'x real time';

/** One line of the table: the same scenario on every side, and the figure read from its samples. */
export interface Row {
  readonly label: string;
  readonly unit: Unit;
  /** `lower` is better for costs, `higher` for speeds. */
  readonly better: 'lower' | 'higher';
  /** What the sides record, but for the side. */
  readonly scenario: Omit<Scenario, 'side'>;
  readonly sides: readonly Side[];
  readonly figure: (sample: Sample, scenario: Scenario) => number;
  /** Samples of each side, where five would take too long. */
  readonly runs?: number;
  /** Runs the sides at the same time: only for scenarios that mostly wait. */
  readonly together?: boolean;
}

export interface Measurement {
  readonly name: string;
  readonly title: string;
  /** What a reader has to know to read the figures rightly. */
  readonly note: string;
  readonly rows: readonly Row[];
  /** Labels of rows that the measurement makes by itself, where it records nothing in child processes. */
  readonly ownLabels?: readonly string[];
  /** Makes those rows, in a folder on the disk that is measured. */
  readonly measure?: (folder: string, runs: number) => RowResult[] | Promise<RowResult[]>;
  /** Files, from the repository's root, that with all they import decide a row's figures, besides the measurement's own. */
  readonly sources: (row: Row | undefined) => readonly string[];
}

/** What every sample runs through, whichever side is measured. */
const SAMPLING = ['subjects/lectern.ts', 'feed.ts', 'audio.ts', 'messages.ts', 'sampler.ts'].map(
  (name) => `test/bench/${name}`,
);

/** What a row of recordings in child processes measures. */
export function recordedSources(row: Row | undefined): readonly string[] {
  const overSocket = row?.scenario.carrier === 'websocket' ? ['test/bench/websocket-scenario.ts'] : [];
  const fromFile = row?.scenario.source === 'file' ? ['src-main/commands/audio-source.ts'] : [];
  return [...SAMPLING, ...overSocket, ...fromFile];
}

export const ALL_SIDES: readonly Side[] = ['engine', 'bare', 'seed'];

export function scenario(changes: Partial<Omit<Scenario, 'side'>>): Omit<Scenario, 'side'> {
  return { ...DEFAULT_SCENARIO, ...changes };
}

/** The shapes that rows are made for. */
export const MONO_16K = { sampleRate: 16_000, channels: 1 } as const;
export const MONO_48K = { sampleRate: 48_000, channels: 1 } as const;
export const STEREO_48K = { sampleRate: 48_000, channels: 2 } as const;

export function minutes(count: number): { readonly audioSeconds: number } {
  return { audioSeconds: count * 60 };
}
