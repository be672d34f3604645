import { openRegularFile } from '../disk/regular-file.ts';
import { readWavLayout } from '../files/wav-reader.ts';

/** One side's master, finished or still growing. */
export interface MixSource {
  /** Bytes of audio in the master now. */
  readonly dataBytes: number;
  /** Fills `into` with audio, from byte `position` of the audio on. */
  read(position: number, into: Uint8Array): Promise<void>;
}

export interface FinishedSource extends MixSource {
  readonly sampleRate: number;
  readonly channels: number;
  close(): Promise<void>;
}

/** A master on disk that nobody writes to any more. Rejects where it is not a WAV. */
export async function openFinishedSource(path: string): Promise<FinishedSource> {
  const file = await openRegularFile(path);
  try {
    const { dataOffset, dataBytes, sampleRate, channels } = await readWavLayout(file);
    return {
      dataBytes,
      sampleRate,
      channels,
      async read(position, into) {
        const { bytesRead } = await file.read(into, 0, into.byteLength, dataOffset + position);
        if (bytesRead < into.byteLength) throw new Error('a master is shorter than its header says');
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
