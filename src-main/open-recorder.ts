import { join } from 'node:path';
import { createEncoder } from './encode/create-encoder.ts';
import { listFfmpegCandidates } from './encode/ffmpeg/candidates.ts';
import { findFfmpeg } from './encode/ffmpeg/find-ffmpeg.ts';
import { moveToTrash } from './launch/move-to-trash.ts';
import { createRevealFolder } from './launch/reveal-folder.ts';
import { projectDir } from './launch/package-version.ts';
import { systemClock, thisMachine } from './launch/this-machine.ts';
import { createRecorder, type Recorder, type RecorderOptions } from './recorder.ts';

export interface OpenRecorderOptions extends Omit<
  RecorderOptions,
  'samplePath' | 'shell' | 'encoder' | 'ffmpegPath' | 'clock' | 'moveToTrash' | 'reveal'
> {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The recorder of the entries without Electron: with this machine's ffmpeg, clock, trash and file manager. */
export async function openRecorder({ environment, ...options }: OpenRecorderOptions): Promise<Recorder> {
  const { log } = options;
  const candidates = await listFfmpegCandidates(environment);
  const ffmpeg = await findFfmpeg({ candidates, log });
  return createRecorder({
    ...options,
    shell: 'browser',
    encoder: createEncoder({ ffmpeg, log }),
    ffmpegPath: ffmpeg?.path,
    clock: systemClock,
    samplePath: join(projectDir, 'resources', 'sample-speech.wav'),
    moveToTrash,
    reveal: createRevealFolder(thisMachine),
  });
}
