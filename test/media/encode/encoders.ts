import { onTestFinished } from 'vitest';
import { createEncoder, type EncoderOptions } from '../../../src-main/encode/create-encoder.ts';
import type { Encoder } from '../../../src-main/encode/encoder.ts';
import { listFfmpegCandidates } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { findFfmpeg, type FoundFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';

export const silent = (): void => undefined;

let found: Promise<FoundFfmpeg | undefined> | undefined;

/** The real ffmpeg; these tests cannot say anything without it. */
export async function realFfmpeg(): Promise<FoundFfmpeg> {
  found ??= listFfmpegCandidates(process.env).then((candidates) => findFfmpeg({ candidates, log: silent }));
  const ffmpeg = await found;
  if (ffmpeg === undefined) throw new Error('These tests need ffmpeg and ffprobe: install them');
  return ffmpeg;
}

/** Found already, as a program that may not be ffmpeg at all. */
export function claimedFfmpeg(path: string): FoundFfmpeg {
  return { source: 'PATH', path, version: 'claimed', formats: ['mp4', 'mp3', 'flac', 'opus'] };
}

/** An encoder that is closed after the test. */
export function testEncoder(options: Partial<EncoderOptions> & Pick<EncoderOptions, 'ffmpeg'>): Encoder {
  const encoder = createEncoder({ log: silent, ...options });
  onTestFinished(() => encoder.close());
  return encoder;
}
