import { dirname } from 'node:path';
import { exportFormatSchema } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { requireRoom } from '../disk/disk-space.ts';
import type { Log } from '../runtime/log.ts';
import { encodeFileBuiltIn, type BuiltInFormat } from './built-in/encode-file.ts';
import { startBuiltInLive } from './built-in/live.ts';
import { createEncoderThreads } from './built-in/threads.ts';
import { BUILT_IN_VERSION } from './built-in/version.ts';
import { createChildProcesses } from './ffmpeg/child-processes.ts';
import type { Encoder, FileJob } from './encoder.ts';
import { encodeFileWithFfmpeg } from './ffmpeg/encode-file.ts';
import { mostBytesOf } from './most-bytes.ts';
import { openWavMaster } from './wav-master.ts';
import { startFfmpegLive } from './ffmpeg/live.ts';
import type { FoundFfmpeg } from './ffmpeg/find-ffmpeg.ts';

export interface EncoderOptions {
  /** The result of findFfmpeg; without it the built-in encoders are used. */
  readonly ffmpeg: FoundFfmpeg | undefined;
  readonly log: Log;
  /** Bytes of PCM that may be queued for a live encoder; with more it counts as too slow. */
  readonly maxQueueBytes?: number;
  /** The longest time without progress at stop before a live encoder is ended; longer where less depends on it. */
  readonly stallMs?: number;
}

const BUILT_IN_FORMATS: readonly BuiltInFormat[] = ['wav', 'mp4', 'mp3'];

/** The encoder of a recorder: ffmpeg for the formats that it can make, the built-in encoders for the others. */
export function createEncoder(options: EncoderOptions): Encoder {
  const { ffmpeg, log, maxQueueBytes = 16 * 1024 * 1024, stallMs = 2000 } = options;
  const children = createChildProcesses();
  const threads = createEncoderThreads();

  const encodeFile = async (job: FileJob): Promise<void> => {
    await requireRoomFor(job);
    const builtIn = BUILT_IN_FORMATS.find((format) => format === job.format);
    if (job.format !== 'wav' && ffmpeg?.formats.includes(job.format)) {
      try {
        await encodeFileWithFfmpeg({ path: ffmpeg.path, children, stallMs: stallMs * 10 }, job);
        return;
      } catch (error) {
        if (builtIn === undefined || !mayFallBack(error, job)) throw error;
        const details = error instanceof LecternError ? error.details : undefined;
        log('warn', 'ffmpeg failed on an export; the built-in encoder takes over', details);
      }
    }
    if (builtIn === undefined) {
      throw new LecternError(
        'ENCODER_UNAVAILABLE',
        `${job.format.toUpperCase()} needs ffmpeg, and none that can make it was found. Install ffmpeg, or set ` +
          'LECTERN_FFMPEG to its path.',
      );
    }
    await encodeFileBuiltIn(threads, { ...job, format: builtIn });
  };

  return {
    info: {
      kind: ffmpeg === undefined ? 'built-in' : 'ffmpeg',
      source: ffmpeg?.source ?? 'mediabunny',
      version: ffmpeg?.version ?? BUILT_IN_VERSION,
      formats: exportFormatSchema.options.filter(
        (format) => ffmpeg?.formats.includes(format) || BUILT_IN_FORMATS.some((each) => each === format),
      ),
    },
    startLive: (job) =>
      ffmpeg?.formats.includes(job.format)
        ? startFfmpegLive({ path: ffmpeg.path, children, log, maxQueueBytes, stallMs }, job)
        : startBuiltInLive({ threads, log, maxQueueBytes, stallMs: stallMs * 2.5 }, job),
    encodeFile,
    close: async () => {
      await Promise.all([children.close(), threads.close()]);
    },
  };
}

async function requireRoomFor(job: FileJob): Promise<void> {
  const master = await openWavMaster(job.masterPath);
  await master.close();
  await requireRoom(dirname(job.finalPath), mostBytesOf(job, master), `the ${job.format.toUpperCase()}`);
}

/** True for failures that another encoder may not have: not for a full disk, a bad master or a cancelled job. */
function mayFallBack(error: unknown, job: FileJob): boolean {
  return job.signal?.aborted !== true && error instanceof LecternError && error.code === 'ENCODING_FAILED';
}
