import { opusBitRate, planMp3, planMp4 } from './delivery-plan.ts';
import type { FileJob } from './encoder.ts';
import type { WavMaster } from './wav-master.ts';

/** Added to the wanted bit rate: constant rates keep to it, and others return to it. */
const ENCODER_MARGIN = 1.1;
/** Index, tags and chapters. */
const AROUND_BYTES = 64 * 1024;

/** The most bytes that a job's copy uses on the disk. */
export function mostBytesOf(
  job: Pick<FileJob, 'format' | 'mp3BitRate'>,
  master: Pick<WavMaster, 'sampleRate' | 'channels' | 'frames' | 'fileBytes'>,
): number {
  const seconds = master.frames / master.sampleRate;
  const atBitRate = (bitRate: number): number => ((bitRate * seconds) / 8) * ENCODER_MARGIN + AROUND_BYTES;
  switch (job.format) {
    case 'mp4':
      return atBitRate(planMp4(master).bitRate);
    case 'mp3':
      return atBitRate(planMp3(master, job.mp3BitRate).bitRate);
    case 'opus':
      return atBitRate(opusBitRate(master));
    case 'wav':
      return master.fileBytes;
    case 'flac':
      // Where compression saves nothing, FLAC stores the samples as they are.
      return master.fileBytes + AROUND_BYTES;
  }
}
