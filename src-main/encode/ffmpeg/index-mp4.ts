import { rm } from 'node:fs/promises';
import { requireRegularFile, writeWholeFile } from '../../disk/regular-file.ts';
import { ffmetadata, type ChapterSpan } from '../chapters.ts';
import { AAC_PACKET_FRAMES, deliveredMp4Frames } from '../delivery-plan.ts';
import type { PcmShape } from '../encoder.ts';
import { fileUrl } from './args.ts';
import type { ChildProcesses } from './child-processes.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

export interface IndexMp4Options {
  readonly path: string;
  readonly children: ChildProcesses;
  readonly fromPath: string;
  readonly toPath: string;
  readonly source: PcmShape;
  /** Frames of the source, all of which were encoded. */
  readonly frames: number;
  readonly chapters: readonly ChapterSpan[];
  /** The longest time in which ffmpeg may neither report progress nor write anything. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/**
 * Turns the MP4 that grew while recording into a faststart one, by stream copy, with its chapters and its exact end.
 */
export async function indexMp4(options: IndexMp4Options): Promise<void> {
  const { path, children, fromPath, toPath, chapters, stallMs, signal } = options;
  const metadataPath = chapters.length > 0 ? `${toPath}.txt` : undefined;
  const delivered = deliveredMp4Frames(options.source, options.frames);
  try {
    if (metadataPath !== undefined) await writeWholeFile(metadataPath, ffmetadata(chapters, 'chapters'));
    await requireRegularFile(fromPath);
    await runFfmpeg({
      ...{ children, path, stallMs, signal, outputPath: toPath },
      args: copyArgs(fromPath, toPath, delivered, metadataPath),
      task: 'finishing the MP4',
    });
  } finally {
    if (metadataPath !== undefined) await rm(metadataPath, { force: true });
  }
}

/**
 * Copies the packets into an MP4 with its index in front. `-copyts` keeps the first packet, the encoder's delay,
 * before zero, so that it becomes an edit list and not 64 ms of silence; `setts` ends the last packet with the audio.
 */
function copyArgs(
  fromPath: string,
  toPath: string,
  frames: number,
  metadataPath: string | undefined,
): string[] {
  const packets = 1 + Math.ceil(frames / AAC_PACKET_FRAMES);
  return [
    ...['-copyts', '-i', fileUrl(fromPath)],
    ...(metadataPath === undefined
      ? []
      : ['-f', 'ffmetadata', '-i', fileUrl(metadataPath), '-map_chapters', '1']),
    ...['-map', '0:a:0', '-c', 'copy', '-frames:a', `${packets}`],
    ...['-bsf:a', `setts=duration='if(gt(PTS+DURATION,${frames}),${frames}-PTS,DURATION)'`],
    ...['-movflags', '+faststart', '-f', 'mp4', fileUrl(toPath)],
  ];
}
