import type { EncoderThreads } from './threads.ts';
import type { FileJob } from '../encoder.ts';
import { expectedCopy } from '../expected-file.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { verifyFile } from '../verify.ts';
import { openWavMaster } from '../wav-master.ts';

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
    (outputPath) => verifyFile(outputPath, expectedCopy(format, master, mp3BitRate)),
  );
}
