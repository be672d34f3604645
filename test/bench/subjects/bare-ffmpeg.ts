import { once } from 'node:events';
import { join } from 'node:path';
import { makeDurable, startFfmpeg } from './ffmpeg.ts';
import type { OpenSubject } from './subject.ts';

/** The least that makes an MP4 while recording: a pipe into ffmpeg. A kill loses the whole file. */
export const openBareFfmpeg: OpenSubject = async (scenario, folder) => {
  const path = join(folder, 'bare.mp4');
  const input = [
    '-f',
    's16le',
    '-ar',
    `${scenario.sampleRate}`,
    '-ac',
    `${scenario.channels}`,
    '-i',
    'pipe:0',
  ];
  const { stdin, ended } = await startFfmpeg(scenario, input, ['-f', 'mp4', path]);
  return {
    async receive(message) {
      if (!stdin.write(message)) await once(stdin, 'drain');
    },
    written: () => Promise.resolve(),
    // The pipe holds a second or two at most; that much is left for the stop, as at the end of any recording.
    encodedSeconds: () => Promise.resolve(Infinity),
    async stop() {
      stdin.end();
      await ended;
      await makeDurable(path);
      return path;
    },
    close: () => Promise.resolve(),
  };
};
