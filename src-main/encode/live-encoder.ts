import { rm } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { replaceFile } from '../disk/replace-file.ts';
import type { Log } from '../runtime/log.ts';
import { chapterSpans, fromTheStart, type ChapterSpan } from './chapters.ts';
import type { Chapter, LiveEncoder, LiveJob } from './encoder.ts';
import { encodingError } from './encoding-error.ts';
import { expectedCopy } from './expected-file.ts';
import { finishLiveMp3 } from './finish-mp3.ts';
import { verifyFile } from './verify.ts';

/** One running encoder, in a process or in a thread, as the states below need it. */
export interface LiveDriver {
  /** Hands PCM over; the buffer then belongs to the driver. */
  send(pcm: Uint8Array<ArrayBuffer>): void;
  /** Bytes handed over that it has not taken yet. */
  readonly queuedBytes: number;
  /** Set where it runs but hangs, and must be given up. Read after each `send`. */
  readonly hang: Error | undefined;
  /** Rejects with the reason where it ends before its input did. */
  readonly ended: Promise<void>;
  /**
   * Ends the input and resolves once the growing file is complete; an MP4 may be left to `writeMp4`. Rejects where the
   * encoder fails, or is ended because it stalls.
   */
  endInput(): Promise<void>;
  /**
   * Makes a finished MP4 of the growing one. `frames` at the source's rate. Called after `endInput`; rejects as that
   * does.
   */
  writeMp4(path: string, frames: number, chapters: readonly ChapterSpan[]): Promise<void>;
  /** Ends it at once, and resolves when it is gone; does nothing where it is gone already. */
  kill(): Promise<void>;
}

export interface LiveDriverStart {
  /** For messages: "encoding the recording". */
  readonly task: string;
  /** Throws where it cannot be started. */
  readonly start: () => LiveDriver;
  readonly tooSlow: (queuedBytes: number) => string;
}

export interface LiveEncoderOptions {
  readonly log: Log;
  /** Bytes of PCM that may be queued for the encoder; with more it counts as too slow. */
  readonly maxQueueBytes: number;
}

/**
 * The states of a live encoder, whatever does the work.
 *
 *     state      write               driver ends early   finish                  abort
 *     encoding   hands PCM over;     -> failed, told     -> ended: the whole     -> ended
 *                hang or long queue                      file, or rejects
 *                -> failed, told
 *     failed     nothing             nothing             -> ended: rejects       -> ended
 *                                                        with the reason
 *     ended      nothing             nothing             rejects                 stays ended
 *
 * One that cannot be started is failed from the beginning. Whoever becomes failed is killed at once, and on the way to ended
 * the encoder is waited for before its growing file is removed: nothing runs, and nothing is left but the finished file.
 */
export function createLiveEncoder(
  { log, maxQueueBytes }: LiveEncoderOptions,
  { task, start, tooSlow }: LiveDriverStart,
  job: LiveJob,
): LiveEncoder {
  let state: 'encoding' | 'failed' | 'ended' = 'encoding';
  let failure: Error | undefined;
  let driver: LiveDriver | undefined;
  let bytes = 0;

  const fail = (error: Error): void => {
    if (state !== 'encoding') return;
    state = 'failed';
    failure = error;
    void driver?.kill();
    const details = error instanceof LecternError ? error.details : undefined;
    log('warn', `The live encoder stopped; the master goes on. ${error.message}`, details);
  };

  try {
    driver = start();
    driver.ended.catch((error: unknown) => fail(encodingError(task, error)));
  } catch (error) {
    fail(encodingError(task, error));
  }

  const write = (pcm: Uint8Array): void => {
    if (state !== 'encoding' || driver === undefined) return;
    bytes += pcm.byteLength;
    driver.send(new Uint8Array(pcm));
    const { hang, queuedBytes } = driver;
    if (hang !== undefined) fail(hang);
    else if (queuedBytes > maxQueueBytes) fail(new LecternError('ENCODING_FAILED', tooSlow(queuedBytes)));
  };

  const deliver = async (running: LiveDriver, chapters: readonly Chapter[]): Promise<void> => {
    const frames = bytes / (2 * job.channels);
    if (frames === 0) throw new LecternError('ENCODING_FAILED', 'There was no audio to encode');
    const expected = expectedCopy(job.format, { ...job, frames }, job.mp3BitRate);
    await running.endInput();
    if (job.format === 'mp3') return finishLiveMp3(job.partialPath, job.finalPath, expected, chapters);
    const spans = fromTheStart(chapterSpans(chapters, expected.seconds));
    await replaceFile(
      job.finalPath,
      (temporaryPath) => running.writeMp4(temporaryPath, frames, spans),
      (temporaryPath) => verifyFile(temporaryPath, expected),
    );
  };

  const cleanUp = async (): Promise<void> => {
    await driver?.kill();
    await rm(job.partialPath, { force: true });
  };

  return {
    write,
    async finish(chapters = []) {
      if (state === 'ended')
        throw new LecternError('ENCODING_FAILED', 'The live encoder was finished or aborted before');
      state = 'ended';
      try {
        if (failure !== undefined || driver === undefined) throw failure ?? new Error('never started');
        await deliver(driver, chapters);
      } catch (error) {
        failure ??= encodingError(task, error);
        throw failure;
      } finally {
        await cleanUp();
      }
    },
    async abort() {
      state = 'ended';
      await cleanUp();
    },
    get queuedBytes() {
      return state === 'encoding' ? (driver?.queuedBytes ?? 0) : 0;
    },
    get failure() {
      return failure;
    },
  };
}
