import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { wavHeader } from '../audio.ts';
import type { OpenSubject } from './subject.ts';

/**
 * The design that Lectern replaces: JSON with base64 decoded into memory, one WAV built and written at stop, and for MP4 ffmpeg
 * run over it then. In its kindest form: pieces are joined once, and the header is written by hand.
 */
export const openSeedDesign: OpenSubject = (scenario, folder) => {
  const pieces: Buffer[] = [];
  const wavPath = join(folder, 'seed.wav');

  const writeWav = async (): Promise<void> => {
    const pcm = Buffer.concat(pieces);
    const wav = Buffer.concat([wavHeader(scenario, pcm.length), pcm]);
    const file = await open(wavPath, 'wx');
    await file.writeFile(wav);
    await file.datasync();
    await file.close();
  };

  return Promise.resolve({
    receive(message) {
      const parsed: unknown = JSON.parse(String(message));
      if (
        typeof parsed !== 'object' ||
        parsed === null ||
        !('data' in parsed) ||
        typeof parsed.data !== 'string'
      )
        throw new Error('expected an audio_chunk with its data');
      pieces.push(Buffer.from(parsed.data, 'base64'));
      return Promise.resolve();
    },
    written: () => Promise.resolve(),
    encodedSeconds: () => Promise.resolve(Infinity),
    async stop() {
      await writeWav();
      if (scenario.format === 'wav') return wavPath;
      const { makeDurable, startFfmpeg } = await import('./ffmpeg.ts');
      const path = join(folder, 'seed.mp4');
      const output = ['-movflags', '+faststart', '-f', 'mp4', path];
      const { stdin, ended } = await startFfmpeg(scenario, ['-i', wavPath], output);
      stdin.end();
      await ended;
      await makeDurable(path);
      return path;
    },
    close: () => Promise.resolve(),
  });
};
