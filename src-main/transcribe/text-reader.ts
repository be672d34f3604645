import { setImmediate } from 'node:timers/promises';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { LecternError } from '../contract/errors.ts';
import { findWorkerFile } from '../disk/worker-file.ts';
import type { TimedText } from './formats/timed-text.ts';
import { readForeignText, type ForeignText, type ForeignTextAccount } from './read-foreign-text.ts';
import { pieceListSchema, textReplySchema, type TextJob, type TextReply } from './text-messages.ts';

/** Characters that any parser reads in some milliseconds. */
const SHORT_CHARACTERS = 32 * 1024;

export interface TextReader {
  /**
   * Reads a file with text; a long one on a separate thread, one at a time. `onPieces` gets the pieces once all of them
   * have been read, some at a time; other tasks run between two calls. Rejects as `readForeignText` throws.
   */
  read(given: ForeignText, onPieces: (pieces: readonly TimedText[]) => void): Promise<ForeignTextAccount>;
}

export function createTextReader(): TextReader {
  let before: Promise<unknown> = Promise.resolve();
  return {
    async read(given, onPieces) {
      if ((given.text ?? given.data ?? '').length <= SHORT_CHARACTERS) {
        const { pieces, account } = readForeignText(given);
        onPieces(pieces);
        return account;
      }
      const reading = before.then(() => readOnThread(given, onPieces));
      before = reading.catch(() => undefined);
      return reading;
    },
  };
}

async function readOnThread(
  given: ForeignText,
  onPieces: (pieces: readonly TimedText[]) => void,
): Promise<ForeignTextAccount> {
  const url = findWorkerFile(import.meta.url, 'text-worker.ts', 'text-worker.js');
  if (url === undefined) throw new Error('text-worker was not found');
  const { port1: ours, port2: theirs } = new MessageChannel();
  try {
    const reply = await replyOf(url, { given, pieces: theirs });
    if (reply.type === 'failed') throw new LecternError(reply.code, reply.message);
    await takePieces(ours, onPieces);
    return reply.account;
  } finally {
    ours.close();
  }
}

function replyOf(url: URL, job: TextJob): Promise<TextReply> {
  // Otherwise its stdout and stderr would be the program's own, where commands write data.
  const worker = new Worker(url, {
    workerData: job,
    transferList: [job.pieces],
    stderr: true,
    stdout: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  return new Promise((resolve, reject) => {
    worker.on('message', (message: unknown) => {
      resolve(textReplySchema.parse(message));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      reject(new Error('the thread that reads a text ended early'));
    });
  });
}

/** Messages of the thread stay in the port until they are read. */
async function takePieces(
  port: MessagePort,
  onPieces: (pieces: readonly TimedText[]) => void,
): Promise<void> {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return;
    onPieces(pieceListSchema.parse(received.message));
    await setImmediate();
  }
}
