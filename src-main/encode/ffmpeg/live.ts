import { rm } from 'node:fs/promises';
import { LecternError } from '../../contract/errors.ts';
import { recreateFileSync } from '../../disk/regular-file.ts';
import type { Log } from '../../runtime/log.ts';
import type { ChildProcesses, RunningChild } from './child-processes.ts';
import { framesAtRate, planMp3, planMp4 } from '../delivery-plan.ts';
import type { Chapter, LiveEncoder, LiveJob } from '../encoder.ts';
import { encodingError } from '../encoding-error.ts';
import { ffmpegError } from './ffmpeg-error.ts';
import { aacArgs, fileUrl, mp3Args } from './args.ts';
import { finishLiveMp3 } from '../finish-mp3.ts';
import { finishLiveMp4 } from './finish-mp4.ts';
import { createOutputWatch, type OutputWatch } from './output-watch.ts';
import { FFMPEG_QUIET } from './run-ffmpeg.ts';

export interface FfmpegLiveOptions {
  readonly path: string;
  readonly children: ChildProcesses;
  readonly log: Log;
  /** PCM that may wait for ffmpeg before it counts as too slow. */
  readonly maxQueueBytes: number;
  /** After the input ended, the longest ffmpeg may write nothing before it is ended and the master is encoded. */
  readonly stallMs: number;
}

/** While recording there is no hurry, and a disk that stands still for a while would otherwise cost the live copy. */
const STALLS_WHILE_RECORDING = 5;
/** Encoders share the processors: the more of them run, the longer each may take. */
const STALLS_PER_CHILD = 0.05;
/** Two fragments, and what the encoder holds back. */
const OWED_AFTER_SECONDS = 2;

/** As the built-in encoder's: with the packets under way, a kill costs well under a second. */
const FRAGMENT_MICROSECONDS = 500_000;

const TASK = 'encoding the recording';

export function startFfmpegLive(options: FfmpegLiveOptions, job: LiveJob): LiveEncoder {
  const { children, log } = options;
  const plan = job.format === 'mp4' ? planMp4(job) : planMp3(job, job.mp3BitRate);
  let bytes = 0;
  let failure: Error | undefined;
  let ending = false;
  let child: RunningChild | undefined;
  const output = createOutputWatch({
    path: job.partialPath,
    owedAfterBytes: OWED_AFTER_SECONDS * job.sampleRate * job.channels * 2,
    nowMs: () => performance.now(),
  });
  const stallMs = (): number => options.stallMs * (1 + STALLS_PER_CHILD * children.running);

  const fail = (error: Error): void => {
    if (failure !== undefined || ending) return;
    failure = error;
    child?.kill();
    const details = error instanceof LecternError ? error.details : undefined;
    log('warn', `The live encoder stopped; the master goes on. ${error.message}`, details);
  };

  try {
    recreateFileSync(job.partialPath);
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
    output.fed(pcm.byteLength);
    if (output.overdueMs > STALLS_WHILE_RECORDING * stallMs()) {
      const seconds = (output.overdueMs / 1000).toFixed(1);
      fail(new LecternError('ENCODING_FAILED', `ffmpeg has written nothing for ${seconds} s while ${TASK}`));
      return;
    }
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
      await endInput(child, output, stallMs());
      if (job.format === 'mp4') {
        const encodedFrames = framesAtRate(frames, job.sampleRate, plan.sampleRate);
        await finishLiveMp4({ ...options, ...job, plan, encodedFrames, chapters, stallMs: stallMs() * 2.5 });
      } else {
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
    get queuedBytes() {
      return failure !== undefined || ending ? 0 : (child?.process.stdin.writableLength ?? 0);
    },
    get failure() {
      return failure;
    },
  };
}

/** Closes the pipe and waits for ffmpeg to write the rest; one that writes nothing is killed and reported. */
async function endInput(child: RunningChild, output: OutputWatch, stallMs: number): Promise<void> {
  const endedAtMs = performance.now();
  const stalled = new AbortController();
  const watchdog = setInterval(() => {
    void output.look().then(() => {
      // One that has stood still for long is known to hang, but is given the time to say that it does not.
      if (output.overdueMs < stallMs || performance.now() - endedAtMs < stallMs / 4) return;
      stalled.abort();
      child.kill();
    });
  }, stallMs / 16);
  child.process.stdin.end();
  output.inputEnded();
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
  const input = [
    // There is nothing to find out about raw samples; left to itself, ffmpeg reads 64 KB before it encodes any: the
    // first two seconds of speech.
    ...['-probesize', '32'],
    ...['-f', 's16le', '-ar', `${job.sampleRate}`, '-ac', `${job.channels}`, '-i', 'pipe:0'],
  ];
  if (job.format === 'mp3')
    return [...input, ...mp3Args(plan), '-flush_packets', '1', fileUrl(job.partialPath)];
  return [
    ...input,
    ...aacArgs(plan),
    // delay_moov waits for the first fragment, so that the header can tell of the encoder's delay. Without
    // flush_packets, ffmpeg keeps up to 256 KiB to itself: minutes of speech, gone with a kill.
    ...[
      '-movflags',
      '+delay_moov+default_base_moof',
      '-frag_duration',
      `${FRAGMENT_MICROSECONDS}`,
      '-flush_packets',
      '1',
    ],
    ...['-f', 'mp4', fileUrl(job.partialPath)],
  ];
}
