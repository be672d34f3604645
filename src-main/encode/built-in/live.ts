import type { ChapterSpan } from '../chapters.ts';
import type { LiveEncoder, LiveJob } from '../encoder.ts';
import { createLiveEncoder, type LiveDriver, type LiveEncoderOptions } from '../live-encoder.ts';
import type { EncoderThreads } from './threads.ts';

export interface BuiltInLiveOptions extends LiveEncoderOptions {
  readonly threads: EncoderThreads;
  /** After the input ended, the longest time in which the thread may take none of the queued samples. */
  readonly stallMs: number;
}

const TASK = 'encoding the recording without ffmpeg';

/** Encodes while recording, in a thread of its own. */
export function startBuiltInLive(options: BuiltInLiveOptions, job: LiveJob): LiveEncoder {
  const tooSlow = (bytes: number): string => `The built-in encoder fell ${bytes} bytes behind`;
  return createLiveEncoder(options, { task: TASK, start: () => startDriver(options, job), tooSlow }, job);
}

function startDriver({ threads, stallMs }: BuiltInLiveOptions, job: LiveJob): LiveDriver {
  const { format, sampleRate, channels, partialPath, mp3BitRate } = job;
  let queuedBytes = 0;
  let watchdog: NodeJS.Timeout | undefined;
  const thread = threads.start(
    { kind: 'live', format, sampleRate, channels, partialPath, mp3BitRate },
    (reply) => {
      watchdog?.refresh();
      if (reply.type === 'taken') queuedBytes -= reply.bytes;
    },
  );

  /** Ends the input and waits. A thread that takes no more samples is killed, and the wait then rejects. */
  const finish = async (outputPath: string, chapters: readonly ChapterSpan[]): Promise<void> => {
    watchdog = setTimeout(() => void thread.kill(), stallMs);
    thread.finish(outputPath, chapters);
    try {
      await thread.done;
    } finally {
      clearTimeout(watchdog);
    }
  };

  return {
    ended: thread.done,
    send(pcm) {
      queuedBytes += pcm.byteLength;
      thread.sendPcm(pcm);
    },
    get queuedBytes() {
      return queuedBytes;
    },
    // A thread that takes nothing is noticed by its growing queue.
    hang: undefined,
    // The thread knows the packets of an MP4, and writes the finished one as soon as the input has ended.
    endInput: () => (format === 'mp3' ? finish(partialPath, []) : Promise.resolve()),
    writeMp4: (path, _frames, chapters) => finish(path, chapters),
    kill: () => thread.kill(),
  };
}
