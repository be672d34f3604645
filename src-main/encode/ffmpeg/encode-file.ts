import { rm } from 'node:fs/promises';
import { requireRegularFile, writeWholeFile } from '../../disk/regular-file.ts';
import { chapterSpans, ffmetadata, fromTheStart } from '../chapters.ts';
import type { ChildProcesses } from './child-processes.ts';
import { deliveredMp4Frames, opusBitRate, planMp3, planMp4 } from '../delivery-plan.ts';
import type { FileJob, PcmShape } from '../encoder.ts';
import { expectedCopy } from '../expected-file.ts';
import { aacArgs, fileUrl, mp3Args } from './args.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { verifyFile } from '../verify.ts';
import { openWavMaster } from '../wav-master.ts';

export interface FfmpegFileOptions {
  readonly path: string;
  readonly children: ChildProcesses;
  readonly stallMs: number;
}

/** Encodes a whole master with ffmpeg, in any format but WAV. */
export async function encodeFileWithFfmpeg(options: FfmpegFileOptions, job: FileJob): Promise<void> {
  const master = await openWavMaster(job.masterPath);
  await master.close();
  const encoding = planEncoding(job, master, master.frames);
  const expected = expectedCopy(job.format, master, job.mp3BitRate);
  await replaceFile(
    job.finalPath,
    async (temporaryPath) => {
      const metadataPath = `${temporaryPath}.txt`;
      const spans = chapterSpans(job.chapters ?? [], expected.seconds);
      const chapters = job.format === 'mp4' ? fromTheStart(spans) : spans;
      // ffmpeg writes Opus chapters with rounded seconds: 1.5 s becomes 2.5 s.
      const style = job.format === 'flac' || job.format === 'opus' ? 'comments' : 'chapters';
      try {
        if (chapters.length > 0) await writeWholeFile(metadataPath, ffmetadata(chapters, style));
        await requireRegularFile(job.masterPath);
        await runFfmpeg({
          children: options.children,
          path: options.path,
          args: [
            ...['-i', fileUrl(job.masterPath)],
            ...(chapters.length > 0 ? ['-f', 'ffmetadata', '-i', fileUrl(metadataPath)] : []),
            ...['-map', '0:a:0', '-map_metadata', chapters.length > 0 ? '1' : '-1'],
            ...['-map_chapters', chapters.length > 0 && style === 'chapters' ? '1' : '-1'],
            ...(encoding.filters.length > 0 ? ['-af', encoding.filters.join(',')] : []),
            ...encoding.args,
            fileUrl(temporaryPath),
          ],
          task: `writing the ${job.format.toUpperCase()}`,
          stallMs: options.stallMs,
          onSeconds: (seconds) => job.onProgress?.(Math.min(seconds / expected.seconds, 1)),
          ...(job.signal === undefined ? {} : { signal: job.signal }),
        });
      } finally {
        await rm(metadataPath, { force: true });
      }
    },
    (temporaryPath) => verifyFile(temporaryPath, expected),
  );
}

interface Encoding {
  readonly filters: readonly string[];
  readonly args: readonly string[];
}

function planEncoding(job: FileJob, source: PcmShape, frames: number): Encoding {
  // Converting back to int16 is what clamps; encoders take floats and would carry the overshoot on.
  const filters = job.gain === 1 ? [] : [`volume=${job.gain}:precision=double`, 'aformat=sample_fmts=s16'];
  switch (job.format) {
    case 'mp4': {
      const plan = planMp4(source);
      const trim = `atrim=end_sample=${deliveredMp4Frames(source, frames)}`;
      return {
        filters: plan.sampleRate === source.sampleRate ? [...filters, trim] : filters,
        args: [...aacArgs(plan), '-movflags', '+faststart', '-f', 'mp4'],
      };
    }
    case 'mp3':
      return { filters, args: mp3Args(planMp3(source, job.mp3BitRate)) };
    case 'flac':
      return { filters, args: ['-c:a', 'flac', '-sample_fmt', 's16', '-f', 'flac'] };
    case 'opus':
      return {
        filters,
        args: ['-c:a', 'libopus', '-b:a', `${opusBitRate(source)}`, '-ar', '48000', '-f', 'opus'],
      };
    case 'wav':
      throw new Error('WAV is copied, not encoded');
  }
}
