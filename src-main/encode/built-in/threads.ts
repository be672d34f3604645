import { Worker } from 'node:worker_threads';
import { LecternError } from '../../contract/errors.ts';
import { findWorkerFile } from '../../disk/worker-file.ts';
import { threadReplySchema, type ThreadJob, type ThreadReply, type ThreadRequest } from './messages.ts';
import type { ChapterSpan } from '../chapters.ts';

export interface RunningThread {
  /** Hands samples over; the buffer must not be used again. */
  sendPcm(pcm: Uint8Array<ArrayBuffer>): void;
  /** Ends the samples; `outputPath` is where a finished MP4 goes. */
  finish(outputPath: string, chapters: readonly ChapterSpan[]): void;
  /** Resolves when the job is done; rejects with a LecternError when it failed or the thread died. */
  readonly done: Promise<void>;
  /** Ends it at once; `done` rejects unless it had settled. */
  kill(): Promise<void>;
}

/** Every thread of an encoder, so that none outlives it. */
export interface EncoderThreads {
  start(job: ThreadJob, onReply: (reply: ThreadReply) => void): RunningThread;
  close(): Promise<void>;
}

export function createEncoderThreads(): EncoderThreads {
  const live = new Set<RunningThread>();
  let closed = false;

  const start = (job: ThreadJob, onReply: (reply: ThreadReply) => void): RunningThread => {
    if (closed) throw new LecternError('ENCODING_FAILED', 'The encoder was closed');
    // Otherwise its stdout and stderr would be the program's own, where commands write data.
    const worker = new Worker(workerUrl(), { workerData: job, stderr: true, stdout: true });
    worker.stdout.resume();
    worker.stderr.resume();
    let outcome: 'done' | Error | undefined;
    worker.on('message', (message: unknown) => {
      const reply = threadReplySchema.parse(message);
      if (reply.type === 'done') outcome = 'done';
      else if (reply.type === 'failed') {
        outcome = new LecternError(reply.code, reply.message, { details: { detail: reply.detail } });
      }
      onReply(reply);
    });
    worker.on('error', (cause) => {
      outcome ??= new LecternError('ENCODING_FAILED', 'The built-in encoder crashed', { cause });
    });
    const done = new Promise<void>((resolve, reject) => {
      worker.on('exit', () => {
        live.delete(running);
        if (outcome === 'done') resolve();
        else reject(outcome ?? new LecternError('ENCODING_FAILED', 'The built-in encoder ended early'));
      });
    });
    // An awaiting caller gets the error; an aborted live encoder has none.
    done.catch(() => undefined);
    const send = (request: ThreadRequest, transfer: ArrayBuffer[]) => worker.postMessage(request, transfer);
    const running: RunningThread = {
      sendPcm: (pcm) => send({ type: 'pcm', pcm }, [pcm.buffer]),
      finish: (outputPath, chapters) => send({ type: 'finish', outputPath, chapters: [...chapters] }, []),
      done,
      kill: async () => {
        await worker.terminate();
      },
    };
    live.add(running);
    return running;
  };

  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all([...live].map((running) => running.kill()));
  };

  return { start, close };
}

function workerUrl(): URL {
  const found = findWorkerFile(import.meta.url, 'worker.ts', 'built-in-worker.js');
  if (found === undefined)
    throw new LecternError('ENCODER_UNAVAILABLE', 'The built-in encoder is not installed');
  return found;
}
