import { closeSync, openSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import type { Log } from '../session/ports.ts';
import { chapterSpans, ffmetadata, fromTheStart } from './chapters.ts';
import type { ChildProcesses, RunningChild } from './child-processes.ts';
import { AAC_PACKET_FRAMES, deliveredAacFrames, framesAtRate, planMp3, planMp4 } from './delivery-plan.ts';
import type { Chapter, LiveEncoder, LiveJob } from './encoder.ts';
import { encodingError, ffmpegError } from './encoding-error.ts';
import { aacArgs, fileUrl, mp3Args } from './ffmpeg-args.ts';
import { finishLiveMp3 } from './finish-mp3.ts';
import { replaceFile } from './replace-file.ts';
import { FFMPEG_QUIET, runFfmpeg } from './run-ffmpeg.ts';
import { verifyFile } from './verify.ts';

export interface FfmpegLiveOptions {
  readonly path: string;
  readonly children: ChildProcesses;
  readonly log: Log;
  /** PCM that may wait for ffmpeg before it counts as too slow. */
  readonly maxQueueBytes: number;
  /** After the input ended, the longest ffmpeg may sit without taking any of it or ending. */
  readonly stallMs: number;
}

const TASK = 'encoding the recording';

export function startFfmpegLive(options: FfmpegLiveOptions, job: LiveJob): LiveEncoder {
  const { children, log } = options;
  const plan = job.format === 'mp4' ? planMp4(job) : planMp3(job, job.mp3BitRate);
  let bytes = 0;
  let failure: Error | undefined;
  let ending = false;
  let child: RunningChild | undefined;

  const fail = (error: Error): void => {
    if (failure !== undefined || ending) return;
    failure = error;
    child?.kill();
    const details = error instanceof LecternError ? error.details : undefined;
    log('warn', `The live encoder stopped; the master goes on. ${error.message}`, details);
  };

  try {
    closeSync(openSync(job.partialPath, 'w', 0o600));
    child = children.start(options.path, [...FFMPEG_QUIET, ...liveArgs(job, plan)]);
    child.process.stdout.resume();
    void child.ended.then((end) => fail(ffmpegError(TASK, end)));
  } catch (error) {
    fail(encodingError(TASK, error));
  }

  const write = (pcm: Uint8Array): void => {
    if (failure !== undefined || ending || child === undefined) return;
    bytes += pcm.byteLength;
    child.process.stdin.write(new Uint8Array(pcm));
    const queuedBytes = child.process.stdin.writableLength;
    if (queuedBytes > options.maxQueueBytes) {
      fail(new LecternError('ENCODING_FAILED', `ffmpeg fell ${queuedBytes} bytes behind while ${TASK}`));
    }
  };

  const finish = async (chapters: readonly Chapter[] = []): Promise<void> => {
    if (ending) throw new LecternError('ENCODING_FAILED', 'The live encoder was finished or aborted before');
    ending = true;
    try {
      if (failure !== undefined || child === undefined) throw failure ?? new Error('never started');
      const frames = bytes / (2 * job.channels);
      if (frames === 0) throw new LecternError('ENCODING_FAILED', 'There was no audio to encode');
      await endInput(child, options.stallMs);
      if (job.format === 'mp4') await finishMp4(frames, chapters);
      else {
        const expected = { ...plan, format: job.format, seconds: frames / job.sampleRate };
        await finishLiveMp3(job.partialPath, job.finalPath, expected, chapters);
      }
    } catch (error) {
      failure ??= encodingError(TASK, error);
      throw failure;
    } finally {
      await rm(job.partialPath, { force: true });
    }
  };

  const finishMp4 = (frames: number, chapters: readonly Chapter[]): Promise<void> => {
    const encodedFrames = framesAtRate(frames, job.sampleRate, plan.sampleRate);
    const delivered = deliveredAacFrames(encodedFrames, plan.sampleRate);
    const seconds = delivered / plan.sampleRate;
    const spans = fromTheStart(chapterSpans(chapters, seconds));
    return replaceFile(
      job.finalPath,
      async (temporaryPath) => {
        const metadataPath = `${temporaryPath}.txt`;
        try {
          if (spans.length > 0) await writeFile(metadataPath, ffmetadata(spans, 'chapters'), { mode: 0o600 });
          await runFfmpeg({
            children,
            path: options.path,
            args: copyArgs(
              job.partialPath,
              temporaryPath,
              delivered,
              spans.length > 0 ? metadataPath : undefined,
            ),
            task: 'finishing the MP4',
            stallMs: options.stallMs * 4,
          });
        } finally {
          await rm(metadataPath, { force: true });
        }
      },
      (temporaryPath) => verifyFile(temporaryPath, { ...plan, format: 'mp4', seconds }),
    );
  };

  const abort = async (): Promise<void> => {
    ending = true;
    child?.kill();
    await child?.ended;
    await rm(job.partialPath, { force: true });
  };

  return {
    write,
    finish,
    abort,
    get failure() {
      return failure;
    },
  };
}

/** Closes the pipe and waits for ffmpeg to write the rest; one that hangs is killed and reported. */
async function endInput(child: RunningChild, stallMs: number): Promise<void> {
  const { stdin } = child.process;
  let pending = -1;
  const stalled = new AbortController();
  const watchdog = setInterval(() => {
    if (stdin.writableLength !== pending) pending = stdin.writableLength;
    else {
      stalled.abort();
      child.kill();
    }
  }, stallMs);
  stdin.end();
  const end = await child.ended;
  clearInterval(watchdog);
  if (stalled.signal.aborted) {
    throw new LecternError('ENCODING_FAILED', `ffmpeg did not finish while ${TASK}, and was ended`, {
      details: { stderr: end.stderrTail },
    });
  }
  if (end.exitCode !== 0) throw ffmpegError(TASK, end);
}

function liveArgs(job: LiveJob, plan: { sampleRate: number; channels: number; bitRate: number }): string[] {
  const input = ['-f', 's16le', '-ar', `${job.sampleRate}`, '-ac', `${job.channels}`, '-i', 'pipe:0'];
  if (job.format === 'mp3')
    return [...input, ...mp3Args(plan), '-flush_packets', '1', fileUrl(job.partialPath)];
  return [
    ...input,
    ...aacArgs(plan),
    // delay_moov waits for the first fragment, so that the header can tell of the encoder's delay. Without
    // flush_packets, ffmpeg keeps up to 256 KiB to itself: minutes of speech, gone with a kill.
    ...['-movflags', '+delay_moov+default_base_moof', '-frag_duration', '1000000', '-flush_packets', '1'],
    ...['-f', 'mp4', fileUrl(job.partialPath)],
  ];
}

/**
 * Copies the packets into an MP4 with its index in front. `-copyts` keeps the first packet, the encoder's delay,
 * before zero, so that it becomes an edit list and not 64 ms of silence; `setts` ends the last packet with the audio.
 */
function copyArgs(
  partialPath: string,
  temporaryPath: string,
  frames: number,
  metadataPath: string | undefined,
): string[] {
  const packets = 1 + Math.ceil(frames / AAC_PACKET_FRAMES);
  return [
    ...['-copyts', '-i', fileUrl(partialPath)],
    ...(metadataPath === undefined
      ? []
      : ['-f', 'ffmetadata', '-i', fileUrl(metadataPath), '-map_chapters', '1']),
    ...['-map', '0:a:0', '-c', 'copy', '-frames:a', `${packets}`],
    ...['-bsf:a', `setts=duration='if(gt(PTS+DURATION,${frames}),${frames}-PTS,DURATION)'`],
    ...['-movflags', '+faststart', '-f', 'mp4', fileUrl(temporaryPath)],
  ];
}
