import { parseArgs } from 'node:util';

/** Lectern, the least any recorder could do, and the design that it replaces. */
export const SIDES = ['engine', 'bare', 'seed'] as const;
export type Side = (typeof SIDES)[number];

const FORMATS = ['wav', 'mp4'] as const;
const ENCODERS = ['ffmpeg', 'built-in'] as const;
const CARRIERS = ['in-process', 'websocket'] as const;
const SOURCES = ['memory', 'file'] as const;
const PACES = ['unpaced', 'settled', 'each-written', 'encoder', 'real-time'] as const;

/** What one child process records. */
export interface Scenario {
  readonly side: Side;
  readonly format: (typeof FORMATS)[number];
  readonly sampleRate: number;
  readonly channels: number;
  readonly audioSeconds: number;
  /**
   * When the next 100 ms chunk is sent. `unpaced`: once the last one was accepted. `settled`: the same, but the last
   * second of audio only after the disk has the rest, as it would be in real time. `each-written`: once the last one
   * is in the file. `encoder`: as the live encoder keeps up. `real-time`: ten times a second, after a minute of audio
   * at `each-written` that is not counted.
   */
  readonly pace: (typeof PACES)[number];
  readonly encoder: (typeof ENCODERS)[number];
  readonly carrier: (typeof CARRIERS)[number];
  readonly source: (typeof SOURCES)[number];
}

/** What a child process tells of itself. */
export interface Sample {
  /** From the stop to a finished file that is durable. */
  readonly stopMs: number;
  /** From the first chunk to that file. */
  readonly wallSeconds: number;
  /** Processor time of the process up to the stop, without ffmpeg's. */
  readonly cpuSeconds: number;
  /** The same for the stop. */
  readonly stopCpuSeconds: number;
  readonly peakRssBytes: number;
}

export const DEFAULT_SCENARIO: Omit<Scenario, 'side'> = {
  format: 'wav',
  sampleRate: 16_000,
  channels: 1,
  audioSeconds: 60,
  pace: 'unpaced',
  encoder: 'ffmpeg',
  carrier: 'in-process',
  source: 'memory',
};

export function scenarioArguments(scenario: Scenario): string[] {
  return Object.entries(scenario).map(([name, value]) => `--${name}=${value}`);
}

/** Parsed by hand: a validation library would count in the memory of every side. */
export function parseScenario(args: readonly string[]): { scenario: Scenario; rest: string[] } {
  const option = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ side: option, format: option, sampleRate: option, channels: option, audioSeconds: option },
      ...{ pace: option, encoder: option, carrier: option, source: option },
    },
  });
  const scenario: Scenario = {
    side: oneOf(SIDES, values.side),
    format: oneOf(FORMATS, values.format),
    sampleRate: Number(values.sampleRate),
    channels: Number(values.channels),
    audioSeconds: Number(values.audioSeconds),
    pace: oneOf(PACES, values.pace),
    encoder: oneOf(ENCODERS, values.encoder),
    carrier: oneOf(CARRIERS, values.carrier),
    source: oneOf(SOURCES, values.source),
  };
  return { scenario, rest: positionals };
}

function oneOf<Value extends string>(choices: readonly Value[], given: string | undefined): Value {
  const found = choices.find((choice) => choice === given);
  if (found === undefined)
    throw new Error(`expected one of ${choices.join(', ')}, got ${given ?? 'nothing'}`);
  return found;
}
