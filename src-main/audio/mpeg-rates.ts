/**
 * Kilobits a second of MPEG audio by the index in a frame's header, for layers I to III: of MPEG-1, then of MPEG-2 and 2.5
 * (ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3). The first index tells no rate.
 */
export const MPEG_KILOBITS = {
  1: [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  2: [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const;

/** Frames a second of MPEG-1 audio by the index in a frame's header; MPEG-2 has half of it, MPEG-2.5 a quarter. */
export const MPEG1_SAMPLE_RATES = [44_100, 48_000, 32_000] as const;

/** Kilobits a second of an MP3, which is layer III, by the index in a frame's header. */
export function mp3Kilobits(version: 1 | 2): readonly number[] {
  return MPEG_KILOBITS[version][2];
}
