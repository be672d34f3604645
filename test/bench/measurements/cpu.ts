import {
  ALL_SIDES,
  minutes,
  MONO_16K,
  scenario,
  STEREO_48K,
  type Measurement,
  type Row,
  recordedSources,
} from '../measurement.ts';

const SECONDS_PER_HOUR = 3600;

const common = {
  unit: 's',
  better: 'lower',
  sides: ALL_SIDES,
  runs: 3,
  figure: (sample, { audioSeconds }) =>
    ((sample.cpuSeconds + sample.stopCpuSeconds) * SECONDS_PER_HOUR) / audioSeconds,
} satisfies Partial<Row>;

export const cpu: Measurement = {
  name: 'cpu',
  title: 'CPU seconds of the recording process for one recorded hour of WAV',
  note:
    'In real time the process sleeps between chunks, so most of its cost is being woken, on every side: twelve ' +
    'seconds, scaled to the hour, the stop counted once. The other rows send each chunk when the last one is in the ' +
    'file, which leaves the cost of the code: 60 minutes at 16 kHz, ten minutes scaled to the hour elsewhere. Over ' +
    'WebSocket the client is another process, and the other sides stand behind a bare socket server.',
  sources: recordedSources,
  rows: [
    {
      ...common,
      label: '16 kHz mono, in real time',
      scenario: scenario({ ...MONO_16K, audioSeconds: 12, pace: 'real-time' }),
      together: true,
      figure: (sample, { audioSeconds }) =>
        (sample.cpuSeconds * SECONDS_PER_HOUR) / audioSeconds + sample.stopCpuSeconds,
    },
    {
      ...common,
      label: '16 kHz mono, code alone',
      scenario: scenario({ ...MONO_16K, ...minutes(60), pace: 'each-written' }),
    },
    {
      ...common,
      label: '48 kHz stereo, code alone',
      scenario: scenario({ ...STEREO_48K, ...minutes(10), pace: 'each-written' }),
    },
    {
      ...common,
      label: '16 kHz mono, code with WebSocket',
      scenario: scenario({ ...MONO_16K, ...minutes(10), pace: 'each-written', carrier: 'websocket' }),
    },
  ],
};
