import { parentPort, workerData } from 'node:worker_threads';
import { applyGain } from '../../audio/gain.ts';
import { LecternError } from '../../contract/errors.ts';
import { threadJobSchema, threadRequestSchema, type ThreadJob, type ThreadReply } from './messages.ts';
import { createLiveMp4Writer, createMp3Writer, createMp4Writer } from './pcm-writer.ts';
import { chapterSpans, fromTheStart } from '../chapters.ts';
import { planMp3, planMp4 } from '../delivery-plan.ts';
import { encodingError } from '../encoding-error.ts';
import { id3Chapters } from '../id3-chapters.ts';
import { copyWav } from './wav-copy.ts';
import { openWavMaster } from '../wav-master.ts';

// The entry of a worker thread: does one job, then ends.

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread only');

const reply = (message: ThreadReply): void => port.postMessage(message);

function fail(error: unknown): void {
  const known = encodingError('encoding without ffmpeg', error);
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const code = known instanceof LecternError ? known.code : 'ENCODING_FAILED';
  reply({ type: 'failed', code, message: known.message, detail });
  process.exit();
}

function finished(): void {
  reply({ type: 'done' });
  // The WebAssembly encoders keep timers and threads of their own.
  process.exit();
}

function serveLive(job: Extract<ThreadJob, { kind: 'live' }>): void {
  const plan = job.format === 'mp4' ? planMp4(job) : planMp3(job, job.mp3BitRate);
  const create = job.format === 'mp4' ? createLiveMp4Writer : createMp3Writer;
  const writer = create(job.partialPath, job, plan);
  let work: Promise<unknown> = writer.catch(fail);
  port?.on('message', (message: unknown) => {
    const request = threadRequestSchema.parse(message);
    work = work
      .then(async () => {
        if (request.type === 'pcm') {
          await (await writer).write(request.pcm);
          reply({ type: 'taken', bytes: request.pcm.length });
          return;
        }
        await (await writer).finish(request.outputPath, request.chapters);
        finished();
      })
      .catch(fail);
  });
}

async function encodeFile(job: Extract<ThreadJob, { kind: 'file' }>): Promise<void> {
  const master = await openWavMaster(job.masterPath);
  if (job.format === 'wav') {
    await copyWav(master, job.outputPath, job.gain, (fraction) => reply({ type: 'progress', fraction }));
    return;
  }
  const chapters = chapterSpans(job.chapters, master.frames / master.sampleRate);
  const writer =
    job.format === 'mp4'
      ? await createMp4Writer(job.outputPath, master, planMp4(master), master.frames, fromTheStart(chapters))
      : await createMp3Writer(job.outputPath, master, planMp3(master, job.mp3BitRate), id3Chapters(chapters));
  let done = 0;
  for await (const pcm of master.read()) {
    await writer.write(applyGain(pcm, job.gain));
    done += pcm.length;
    reply({ type: 'progress', fraction: done / master.dataBytes });
  }
  await writer.finish(job.outputPath, chapters);
  await master.close();
}

const job = threadJobSchema.parse(workerData);
if (job.kind === 'live') serveLive(job);
else encodeFile(job).then(finished, fail);
