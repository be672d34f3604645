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

const row = (label: string, shape: typeof MONO_16K | typeof MONO_48K, length: number): Row => ({
  label: `${label}, ${length} min`,
  unit: 'ms',
  better: 'lower',
  scenario: scenario({ ...shape, ...minutes(length), pace: 'settled' }),
  sides: ALL_SIDES,
  figure: ({ stopMs }) => stopMs,
  ...(length === 60 ? { runs: 3 } : {}),
});

export const stopWav: Measurement = {
  name: 'stop-wav',
  title: 'Stop to durable WAV',
  note:
    'At the stop the disk lacks one second of audio, as in real time. Lectern also names the file, syncs its folder ' +
    'and writes the catalog; the bare append does one fdatasync and leaves headerless PCM.',
  sources: recordedSources,
  rows: [
    row('16 kHz mono', MONO_16K, 1),
    row('16 kHz mono', MONO_16K, 60),
    row('48 kHz mono', MONO_48K, 1),
    row('48 kHz mono', MONO_48K, 60),
  ],
};
