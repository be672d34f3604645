import {
  ALL_SIDES,
  minutes,
  MONO_16K,
  MONO_48K,
  scenario,
  type Measurement,
  type Row,
  recordedSources,
} from '../measurement.ts';

const BYTES_PER_MB = 1e6;

// The scenarios of stop-wav and cpu, so that one child process serves both.
const row = (
  label: string,
  shape: typeof MONO_16K | typeof MONO_48K,
  length: number,
  pace: 'settled' | 'each-written',
): Row => ({
  label: `${label}, ${length} min, ${pace === 'settled' ? 'flooded' : 'chunk by chunk'}`,
  unit: 'MB',
  better: 'lower',
  scenario: scenario({ ...shape, ...minutes(length), pace }),
  sides: ALL_SIDES,
  figure: ({ peakRssBytes }) => peakRssBytes / BYTES_PER_MB,
  ...(length === 60 || pace === 'each-written' ? { runs: 3 } : {}),
});

export const memory: Measurement = {
  name: 'memory',
  title: 'Peak resident memory of a fresh process that records WAV',
  note:
    'Node with its TypeScript loader is in every figure, which the bare append shows. Chunk by chunk, as in real time, ' +
    'each is in the file before the next one comes; flooded, an hour of audio arrives within seconds, which fills the ' +
    'queues and leaves no time to collect garbage.',
  sources: recordedSources,
  rows: [
    row('16 kHz mono', MONO_16K, 1, 'each-written'),
    row('16 kHz mono', MONO_16K, 60, 'each-written'),
    row('16 kHz mono', MONO_16K, 1, 'settled'),
    row('16 kHz mono', MONO_16K, 60, 'settled'),
    row('48 kHz mono', MONO_48K, 1, 'settled'),
    row('48 kHz mono', MONO_48K, 60, 'settled'),
  ],
};
