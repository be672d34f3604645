import { LecternError } from '../../contract/errors.ts';
import { recreateFileSync } from '../../disk/regular-file.ts';
import { planMp3, planMp4, type DeliveryPlan } from '../delivery-plan.ts';
import type { LiveEncoder, LiveJob } from '../encoder.ts';
import { createLiveEncoder, type LiveDriver, type LiveEncoderOptions } from '../live-encoder.ts';
import { aacArgs, fileUrl, mp3Args } from './args.ts';
import type { RunningProgram } from '../../runtime/start-program.ts';
import type { ChildProcesses } from './child-processes.ts';
import { ffmpegError } from './ffmpeg-error.ts';
import { indexMp4 } from './index-mp4.ts';
import { createOutputWatch, type OutputWatch } from './output-watch.ts';
import { FFMPEG_QUIET } from './run-ffmpeg.ts';

export interface FfmpegLiveOptions extends LiveEncoderOptions {
  readonly path: string;
  readonly children: ChildProcesses;
  /**
   * After the input ended, the longest time in which ffmpeg may write nothing. Then it is ended, and the master is
   * encoded.
   */
  readonly stallMs: number;
}

/** While recording there is no hurry, and a disk that stalls for a while would otherwise cost the live copy. */
const STALLS_WHILE_RECORDING = 5;
/** Encoders share the processors: with more of them, each may take longer. */
const STALLS_PER_CHILD = 0.05;
/** Putting the index in front reads and writes the whole file. */
const STALLS_WHILE_INDEXING = 2.5;
/** Two fragments, and what the encoder keeps in its buffers. */
const DUE_AFTER_SECONDS = 2;

/** As with the built-in encoder: a kill loses well under a second, packets in progress included. */
const FRAGMENT_MICROSECONDS = 500_000;

const TASK = 'encoding the recording';

/** Encodes while recording, with an ffmpeg of its own. */
export function startFfmpegLive(options: FfmpegLiveOptions, job: LiveJob): LiveEncoder {
  const tooSlow = (bytes: number): string => `ffmpeg fell ${bytes} bytes behind while ${TASK}`;
  return createLiveEncoder(options, { task: TASK, start: () => startDriver(options, job), tooSlow }, job);
}

function startDriver(options: FfmpegLiveOptions, job: LiveJob): LiveDriver {
  const { children, path } = options;
  recreateFileSync(job.partialPath);
  const child = children.start(path, [...FFMPEG_QUIET, ...liveArgs(job)]);
  child.process.stdout.resume();
  const killed = new AbortController();
  let isGone = false;
  const output = createOutputWatch({
    path: job.partialPath,
    dueAfterBytes: DUE_AFTER_SECONDS * job.sampleRate * job.channels * 2,
    nowMs: () => performance.now(),
  });
  const stallMs = (): number => options.stallMs * (1 + STALLS_PER_CHILD * children.running);

  return {
    ended: child.ended.then((end) => {
      isGone = true;
      throw ffmpegError(TASK, end);
    }),
    send(pcm) {
      child.process.stdin.write(pcm);
      output.fed(pcm.byteLength);
    },
    get queuedBytes() {
      return child.process.stdin.writableLength;
    },
    get hang() {
      const { overdueMs } = output;
      if (overdueMs <= STALLS_WHILE_RECORDING * stallMs()) return undefined;
      const seconds = (overdueMs / 1000).toFixed(1);
      return new LecternError('ENCODING_FAILED', `ffmpeg has written nothing for ${seconds} s while ${TASK}`);
    },
    endInput: () => endInput(child, output, stallMs()),
    writeMp4: (toPath, frames, chapters) =>
      indexMp4({
        ...{ path, children, frames, chapters, toPath, fromPath: job.partialPath, source: job },
        ...{ stallMs: stallMs() * STALLS_WHILE_INDEXING, signal: killed.signal },
      }),
    async kill() {
      killed.abort();
      if (!isGone) child.kill();
      await child.ended;
    },
  };
}

/** Closes the pipe and waits for ffmpeg to write the rest; where it writes nothing, it is killed and reported. */
async function endInput(child: RunningProgram, output: OutputWatch, stallMs: number): Promise<void> {
  const endedAtMs = performance.now();
  const stalled = new AbortController();
  const watchdog = setInterval(() => {
    void output.look().then(() => {
      // It has written nothing for long and probably hangs. It still gets some time after the end of the input to go
      // on.
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

function liveArgs(job: LiveJob): string[] {
  const input = [
    // Raw samples need no probing. By default ffmpeg reads 64 KB before it encodes any: the first two seconds of
    // speech.
    ...['-probesize', '32'],
    ...['-f', 's16le', '-ar', `${job.sampleRate}`, '-ac', `${job.channels}`, '-i', 'pipe:0'],
  ];
  const output = job.format === 'mp3' ? growingMp3(planMp3(job, job.mp3BitRate)) : growingMp4(planMp4(job));
  return [...input, ...output, fileUrl(job.partialPath)];
}

function growingMp3(plan: DeliveryPlan): string[] {
  return [...mp3Args(plan), '-flush_packets', '1'];
}

function growingMp4(plan: DeliveryPlan): string[] {
  return [
    ...aacArgs(plan),
    // delay_moov waits for the first fragment, so that the header can contain the encoder's delay. Without
    // flush_packets, ffmpeg buffers up to 256 KiB: minutes of speech, which a kill would lose.
    ...['-movflags', '+delay_moov+default_base_moof'],
    ...['-frag_duration', `${FRAGMENT_MICROSECONDS}`, '-flush_packets', '1', '-f', 'mp4'],
  ];
}
