import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { tone } from './tone.ts';

// Records a tone with the built-in encoder and never stops: the test kills this process.
const [partialPath = '', format = 'mp4', seconds = '5'] = process.argv.slice(2);
const shape = { sampleRate: 16_000, channels: 1 } as const;
const encoder = createEncoder({ ffmpeg: undefined, log: () => undefined });
const live = encoder.startLive({
  ...shape,
  format: format === 'mp3' ? 'mp3' : 'mp4',
  partialPath,
  finalPath: `${partialPath}.final`,
});
live.write(tone({ ...shape, frames: Number(seconds) * shape.sampleRate, amplitude: 8000 }));
setInterval(() => undefined, 1000);
