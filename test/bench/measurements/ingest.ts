import {
  ALL_SIDES,
  minutes,
  MONO_16K,
  scenario,
  type Measurement,
  type Row,
  recordedSources,
} from '../measurement.ts';

const common = {
  unit: 'x real time',
  better: 'higher',
  sides: ALL_SIDES,
  runs: 3,
  figure: ({ wallSeconds }, { audioSeconds }) => audioSeconds / wallSeconds,
} satisfies Partial<Row>;

export const ingest: Measurement = {
  name: 'ingest',
  title: 'Offline ingest of a WAV file, from its first byte to the durable result',
  note:
    'Read in 100 ms chunks on every side, as the command line does with --speed 0. For MP4 the bare side is a pipe ' +
    'into ffmpeg. Lectern writes the WAV master as well, and where audio comes faster than its live encoder can take ' +
    'it, gives that up and encodes the master at the end.',
  sources: recordedSources,
  rows: [
    {
      ...common,
      label: '16 kHz mono to WAV, 60 min',
      scenario: scenario({ ...MONO_16K, ...minutes(60), source: 'file' }),
    },
    {
      ...common,
      label: '16 kHz mono to MP4, 10 min',
      scenario: scenario({ ...MONO_16K, ...minutes(10), source: 'file', format: 'mp4' }),
      runs: 1,
    },
  ],
};
