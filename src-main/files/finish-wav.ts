import { rename } from 'node:fs/promises';
import { openRegularFile } from '../disk/regular-file.ts';
import { encodeCueChunks, type CuePoint } from './cue-chunks.ts';
import { syncFolder } from './sync-folder.ts';
import { createWavHeader } from './wav-header.ts';
import { readWavLayout, type WavLayout } from './wav-reader.ts';
import type { FileHandle } from 'node:fs/promises';

export interface UnfinishedWav {
  /** What a writer that died left behind. */
  readonly partialPath: string;
  readonly finalPath: string;
  /** Used where not even a header was written. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly cuePoints: (frames: number) => readonly CuePoint[];
}

export interface FinishedWav {
  readonly frames: number;
  readonly sampleRate: number;
  readonly byteSize: number;
}

/**
 * Puts a cut-off master in order: every whole frame that is in the file counts, whatever its header says. Safe to
 * be repeated and to be killed at any moment, as each step leaves a file that the next run takes up.
 * @returns what it holds.
 */
export async function finishWav(unfinished: UnfinishedWav): Promise<FinishedWav> {
  const file = await openRegularFile(unfinished.partialPath, 'r+');
  try {
    const layout = await readWavLayout(file).catch(() => undefined);
    const sampleRate = layout?.sampleRate ?? unfinished.sampleRate;
    const channels = layout?.channels ?? unfinished.channels;
    const header = createWavHeader({ sampleRate, channels, mayExceed4GiB: (layout?.dataOffset ?? 44) > 44 });
    const dataBytes = layout === undefined ? 0 : await audioBytes(file, layout, 2 * channels);
    const frames = dataBytes / (2 * channels);
    const dataEnd = header.byteLength + dataBytes;
    const cues = encodeCueChunks(unfinished.cuePoints(frames), sampleRate);
    await file.write(header.forSizes(dataBytes, 0), 0, header.byteLength, 0);
    await file.truncate(dataEnd);
    if (cues.length > 0) {
      await file.write(cues, 0, cues.length, dataEnd);
      await file.write(header.forSizes(dataBytes, cues.length), 0, header.byteLength, 0);
    }
    await file.datasync();
    await rename(unfinished.partialPath, unfinished.finalPath);
    await syncFolder(unfinished.finalPath);
    return { frames, sampleRate, byteSize: dataEnd + cues.length };
  } finally {
    await file.close();
  }
}

/** Bytes of whole frames. Cue points behind the audio, from a finish that was cut off, are not audio. */
async function audioBytes(file: FileHandle, layout: WavLayout, bytesPerFrame: number): Promise<number> {
  const { size } = await file.stat();
  const present = size - layout.dataOffset;
  if (layout.declaredDataBytes < present) {
    const behind = Buffer.alloc(4);
    await file.read(behind, 0, 4, layout.dataOffset + layout.declaredDataBytes);
    if (behind.toString('latin1') === 'cue ') return layout.declaredDataBytes;
  }
  return present - (present % bytesPerFrame);
}
