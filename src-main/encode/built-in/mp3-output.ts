import { MP3_HEADER_BYTES, mp3InfoFrame } from './mp3-info-frame.ts';
import { recreateFile } from '../../disk/regular-file.ts';
import { writeFully } from '../../disk/write-fully.ts';

/** An MP3 of encoded frames, playable while it grows. */
export interface Mp3Output {
  add(frames: readonly Uint8Array[]): Promise<void>;
  /** Writes the length into the header: `samples` at the file's rate. */
  finish(samples: number): Promise<void>;
}

/** @param tag goes in front of the audio: an ID3 tag or nothing. */
export async function createMp3Output(path: string, tag = new Uint8Array()): Promise<Mp3Output> {
  const file = await recreateFile(path);
  let position = tag.length;
  let firstFrame: Uint8Array | undefined;
  let count = 0;
  await writeFully(file, tag, 0);

  const infoFrame = (first: Uint8Array, samples: number) =>
    mp3InfoFrame(first, { frames: count, bytes: position - tag.length, samples });

  return {
    async add(frames) {
      if (frames.length === 0) return;
      if (firstFrame === undefined && frames[0] !== undefined) {
        firstFrame = frames[0];
        // A silent frame reserves the place: without a header, players measure the growing file themselves.
        const placeholder = infoFrame(firstFrame, 0).fill(0, MP3_HEADER_BYTES);
        await writeFully(file, placeholder, position);
        position += placeholder.length;
      }
      const bytes = Buffer.concat(frames);
      await writeFully(file, bytes, position);
      position += bytes.length;
      count += frames.length;
    },
    async finish(samples) {
      if (firstFrame !== undefined) await writeFully(file, infoFrame(firstFrame, samples), tag.length);
      await file.close();
    },
  };
}
