import { rm } from 'node:fs/promises';
import { requireRegularFile, writeWholeFile } from '../../disk/regular-file.ts';
import { chapterSpans, ffmetadata, fromTheStart } from '../chapters.ts';
import type { ChildProcesses } from './child-processes.ts';
import { AAC_PACKET_FRAMES, deliveredAacFrames, type DeliveryPlan } from '../delivery-plan.ts';
import type { Chapter } from '../encoder.ts';
import { fileUrl } from './args.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { verifyFile } from '../verify.ts';

export interface FinishMp4Options {
  readonly path: string;
  readonly children: ChildProcesses;
  readonly partialPath: string;
  readonly finalPath: string;
  readonly plan: DeliveryPlan;
  /** At the plan's rate. */
  readonly encodedFrames: number;
  readonly chapters: readonly Chapter[];
  /** The longest ffmpeg may neither report nor write anything. */
  readonly stallMs: number;
}

/** Makes the MP4 that grew while recording a faststart one, by stream copy, with its chapters and its exact end. */
export function finishLiveMp4(options: FinishMp4Options): Promise<void> {
  const { plan, partialPath } = options;
  const delivered = deliveredAacFrames(options.encodedFrames, plan.sampleRate);
  const seconds = delivered / plan.sampleRate;
  const spans = fromTheStart(chapterSpans(options.chapters, seconds));
  return replaceFile(
    options.finalPath,
    async (temporaryPath) => {
      const metadataPath = spans.length > 0 ? `${temporaryPath}.txt` : undefined;
      try {
        if (metadataPath !== undefined) await writeWholeFile(metadataPath, ffmetadata(spans, 'chapters'));
        await requireRegularFile(partialPath);
        await runFfmpeg({
          children: options.children,
          path: options.path,
          args: copyArgs(partialPath, temporaryPath, delivered, metadataPath),
          outputPath: temporaryPath,
          task: 'finishing the MP4',
          stallMs: options.stallMs,
        });
      } finally {
        if (metadataPath !== undefined) await rm(metadataPath, { force: true });
      }
    },
    (temporaryPath) => verifyFile(temporaryPath, { ...plan, format: 'mp4', seconds }),
  );
}

/**
 * Copies the packets into an MP4 with its index in front. `-copyts` keeps the first packet, the encoder's delay,
 * before zero, so that it becomes an edit list and not 64 ms of silence; `setts` ends the last packet with the audio.
 */
function copyArgs(
  partialPath: string,
  temporaryPath: string,
  frames: number,
  metadataPath: string | undefined,
): string[] {
  const packets = 1 + Math.ceil(frames / AAC_PACKET_FRAMES);
  return [
    ...['-copyts', '-i', fileUrl(partialPath)],
    ...(metadataPath === undefined
      ? []
      : ['-f', 'ffmetadata', '-i', fileUrl(metadataPath), '-map_chapters', '1']),
    ...['-map', '0:a:0', '-c', 'copy', '-frames:a', `${packets}`],
    ...['-bsf:a', `setts=duration='if(gt(PTS+DURATION,${frames}),${frames}-PTS,DURATION)'`],
    ...['-movflags', '+faststart', '-f', 'mp4', fileUrl(temporaryPath)],
  ];
}
