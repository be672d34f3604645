import {
  ALL_SIDES,
  minutes,
  MONO_16K,
  MONO_48K,
  scenario,
  type Measurement,
  type Row,
} from '../measurement.ts';

const BYTES_PER_MB = 1e6;

// The same scenarios as stop-wav, so that one child process serves both.
const row = (label: string, shape: typeof MONO_16K | typeof MONO_48K, length: number): Row => ({
  label: `${label}, ${length} min`,
  unit: 'MB',
  better: 'lower',
  scenario: scenario({ ...shape, ...minutes(length), pace: 'settled' }),
  sides: ALL_SIDES,
  figure: ({ peakRssBytes }) => peakRssBytes / BYTES_PER_MB,
  ...(length === 60 ? { runs: 3 } : {}),
});

export const memory: Measurement = {
  name: 'memory',
  title: 'Peak resident memory of a fresh process that records WAV',
  note:
    'Node with its TypeScript loader is in every figure, which the bare append shows. Audio comes as fast as it is ' +
    'accepted, so the minutes that a real recording has for collecting garbage are missing.',
  rows: [
    row('16 kHz mono', MONO_16K, 1),
    row('16 kHz mono', MONO_16K, 60),
    row('48 kHz mono', MONO_48K, 1),
    row('48 kHz mono', MONO_48K, 60),
  ],
};
