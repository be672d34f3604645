import { rm } from 'node:fs/promises';
import { LecternError } from '../../contract/errors.ts';
import type { Log } from '../../runtime/log.ts';
import type { EncoderThreads, RunningThread } from './threads.ts';
import { deliveredAacFrames, framesAtRate, planMp3, planMp4 } from '../delivery-plan.ts';
import { chapterSpans, fromTheStart, type ChapterSpan } from '../chapters.ts';
import type { Chapter, LiveEncoder, LiveJob } from '../encoder.ts';
import { encodingError } from '../encoding-error.ts';
import { finishLiveMp3 } from '../finish-mp3.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { verifyFile } from '../verify.ts';

export interface BuiltInLiveOptions {
  readonly threads: EncoderThreads;
  readonly log: Log;
  /** PCM that may wait for the thread before it counts as too slow. */
  readonly maxQueueBytes: number;
  /** The longest the thread may take nothing of what waits once the input ended. */
  readonly stallMs: number;
}

const TASK = 'encoding the recording without ffmpeg';

export function startBuiltInLive(options: BuiltInLiveOptions, job: LiveJob): LiveEncoder {
  const { log } = options;
  let bytes = 0;
  let takenBytes = 0;
  let failure: Error | undefined;
  let ending = false;
  let thread: RunningThread | undefined;
  let watchdog: NodeJS.Timeout | undefined;

  const fail = (error: Error): void => {
    if (failure !== undefined || ending) return;
    failure = error;
    void thread?.kill();
    const details = error instanceof LecternError ? error.details : undefined;
    log('warn', `The live encoder stopped; the master goes on. ${error.message}`, details);
  };

  try {
    const { format, sampleRate, channels, partialPath, mp3BitRate } = job;
    thread = options.threads.start(
      { kind: 'live', format, sampleRate, channels, partialPath, mp3BitRate },
      (reply) => {
        watchdog?.refresh();
        if (reply.type === 'taken') takenBytes += reply.bytes;
      },
    );
    thread.done.catch((error: unknown) => fail(encodingError(TASK, error)));
  } catch (error) {
    fail(encodingError(TASK, error));
  }

  const write = (pcm: Uint8Array): void => {
    if (failure !== undefined || ending || thread === undefined) return;
    bytes += pcm.byteLength;
    thread.sendPcm(new Uint8Array(pcm));
    if (bytes - takenBytes > options.maxQueueBytes) {
      const behind = bytes - takenBytes;
      fail(new LecternError('ENCODING_FAILED', `The built-in encoder fell ${behind} bytes behind`));
    }
  };

  /** Ends the input and waits; a thread that stopped taking any is killed, which makes the wait reject. */
  const endInput = async (
    running: RunningThread,
    outputPath: string,
    chapters: readonly ChapterSpan[],
  ): Promise<void> => {
    watchdog = setTimeout(() => void running.kill(), options.stallMs);
    running.finish(outputPath, chapters);
    try {
      await running.done;
    } finally {
      clearTimeout(watchdog);
    }
  };

  const finish = async (chapters: readonly Chapter[] = []): Promise<void> => {
    if (ending) throw new LecternError('ENCODING_FAILED', 'The live encoder was finished or aborted before');
    ending = true;
    const running = thread;
    try {
      if (failure !== undefined || running === undefined) throw failure ?? new Error('never started');
      const frames = bytes / (2 * job.channels);
      if (frames === 0) throw new LecternError('ENCODING_FAILED', 'There was no audio to encode');
      if (job.format === 'mp4') {
        const plan = planMp4(job);
        const encodedFrames = framesAtRate(frames, job.sampleRate, plan.sampleRate);
        const seconds = deliveredAacFrames(encodedFrames, plan.sampleRate) / plan.sampleRate;
        await replaceFile(
          job.finalPath,
          (temporaryPath) => endInput(running, temporaryPath, fromTheStart(chapterSpans(chapters, seconds))),
          (temporaryPath) => verifyFile(temporaryPath, { ...plan, format: 'mp4', seconds }),
        );
      } else {
        const plan = planMp3(job, job.mp3BitRate);
        await endInput(running, job.finalPath, []);
        const expected = { ...plan, format: job.format, seconds: frames / job.sampleRate };
        await finishLiveMp3(job.partialPath, job.finalPath, expected, chapters);
      }
    } catch (error) {
      failure ??= encodingError(TASK, error);
      throw failure;
    } finally {
      await running?.kill();
      await rm(job.partialPath, { force: true });
    }
  };

  const abort = async (): Promise<void> => {
    ending = true;
    await thread?.kill();
    await rm(job.partialPath, { force: true });
  };

  return {
    write,
    finish,
    abort,
    get queuedBytes() {
      return failure !== undefined || ending ? 0 : bytes - takenBytes;
    },
    get failure() {
      return failure;
    },
  };
}
