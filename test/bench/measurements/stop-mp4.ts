import { ALL_SIDES, minutes, scenario, type Measurement, type Row, recordedSources } from '../measurement.ts';

const common = {
  unit: 'ms',
  better: 'lower',
  figure: ({ stopMs }) => stopMs,
} satisfies Partial<Row>;

export const stopMp4: Measurement = {
  name: 'stop-mp4',
  title: 'Stop to playable MP4 (16 kHz mono)',
  note:
    'The live encoder has kept up before the stop. The bare side is a pipe into ffmpeg, which leaves its index at ' +
    'the end and loses the whole file when killed; the seed encodes everything at the stop. An hour on the built-in ' +
    'encoder would take minutes to feed, so its long row has ten minutes of audio.',
  sources: recordedSources,
  rows: [
    {
      ...common,
      label: 'ffmpeg, 1 min',
      scenario: scenario({ ...minutes(1), format: 'mp4', pace: 'encoder' }),
      sides: ALL_SIDES,
      runs: 3,
    },
    {
      ...common,
      label: 'ffmpeg, 60 min',
      scenario: scenario({ ...minutes(60), format: 'mp4', pace: 'encoder' }),
      sides: ALL_SIDES,
      runs: 1,
    },
    {
      ...common,
      label: 'built-in encoder, 1 min',
      scenario: scenario({ ...minutes(1), format: 'mp4', pace: 'encoder', encoder: 'built-in' }),
      sides: ['engine'],
      runs: 3,
    },
    {
      ...common,
      label: 'built-in encoder, 10 min',
      scenario: scenario({ ...minutes(10), format: 'mp4', pace: 'encoder', encoder: 'built-in' }),
      sides: ['engine'],
      runs: 1,
    },
  ],
};
