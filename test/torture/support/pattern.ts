import { seededBytes } from '../../support/seeded-bytes.ts';

/** A prime, so that audio that slipped by any usual length no longer fits. */
const PERIOD_FRAMES = 65_521;

/** Endless noise of which every stretch is known: what a file holds can be told from what it should hold. */
export interface Pattern {
  readonly bytesPerFrame: number;
  bytes(startFrame: number, frames: number): Buffer;
  /** The frame, counted from `pcm`'s first, at which it is not the pattern from `startFrame` on; undefined if it is. */
  firstDifference(pcm: Buffer, startFrame: number): number | undefined;
}

export function createPattern(seed: number, bytesPerFrame: number): Pattern {
  const once = seededBytes(seed, PERIOD_FRAMES * bytesPerFrame);
  const twice = Buffer.concat([once, once]);

  /** Up to a period of the pattern, without a copy. */
  const view = (startFrame: number, bytes: number): Buffer => {
    const start = (startFrame % PERIOD_FRAMES) * bytesPerFrame;
    return twice.subarray(start, start + bytes);
  };

  return {
    bytesPerFrame,
    bytes(startFrame, frames) {
      const pieces: Buffer[] = [];
      for (let frame = 0; frame < frames; frame += PERIOD_FRAMES)
        pieces.push(view(startFrame + frame, Math.min(PERIOD_FRAMES, frames - frame) * bytesPerFrame));
      return Buffer.concat(pieces);
    },
    firstDifference(pcm, startFrame) {
      const step = PERIOD_FRAMES * bytesPerFrame;
      for (let at = 0; at < pcm.length; at += step) {
        const piece = pcm.subarray(at, at + step);
        const expected = view(startFrame + at / bytesPerFrame, piece.length);
        if (piece.equals(expected)) continue;
        const byte = piece.findIndex((value, index) => value !== expected[index]);
        return Math.floor((at + byte) / bytesPerFrame);
      }
      return undefined;
    },
  };
}
