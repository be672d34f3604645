import type { EncoderThreads } from './built-in-thread.ts';
import { deliveredAacFrames, framesAtRate, planMp3, planMp4 } from './delivery-plan.ts';
import type { FileJob, PcmShape } from './encoder.ts';
import { replaceFile } from './replace-file.ts';
import { verifyFile, type ExpectedFile } from './verify.ts';
import { openWavMaster } from './wav-master.ts';

export type BuiltInFormat = 'wav' | 'mp4' | 'mp3';

/** Encodes a whole master in a thread. */
export async function encodeFileBuiltIn(
  threads: EncoderThreads,
  job: FileJob & { readonly format: BuiltInFormat },
): Promise<void> {
  job.signal?.throwIfAborted();
  const { format, masterPath, gain, mp3BitRate } = job;
  const master = await openWavMaster(masterPath);
  await master.close();
  await replaceFile(
    job.finalPath,
    async (outputPath) => {
      const chapters = [...(job.chapters ?? [])];
      const thread = threads.start(
        { kind: 'file', format, masterPath, outputPath, gain, mp3BitRate, chapters },
        (reply) => {
          if (reply.type === 'progress') job.onProgress?.(reply.fraction);
        },
      );
      const onAbort = () => void thread.kill();
      job.signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await thread.done;
      } finally {
        job.signal?.removeEventListener('abort', onAbort);
        job.signal?.throwIfAborted();
      }
    },
    (outputPath) => verifyFile(outputPath, expectedFile(job, master, master.frames)),
  );
}

function expectedFile(
  job: FileJob & { readonly format: BuiltInFormat },
  source: PcmShape,
  frames: number,
): ExpectedFile {
  const { format } = job;
  const { sampleRate, channels } = source;
  if (format === 'wav') return { format, sampleRate, channels, seconds: frames / sampleRate };
  if (format === 'mp3') return { ...planMp3(source, job.mp3BitRate), format, seconds: frames / sampleRate };
  const plan = planMp4(source);
  const delivered = deliveredAacFrames(framesAtRate(frames, sampleRate, plan.sampleRate), plan.sampleRate);
  return { ...plan, format, seconds: delivered / plan.sampleRate };
}
