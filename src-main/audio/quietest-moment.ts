import { samplesOf } from './pcm.ts';

/** A hop of the search, and the pause between words that it looks for. */
const HOP_SECONDS = 0.02;
const PAUSE_SECONDS = 0.3;

/**
 * Finds the best place to cut mono audio: the middle of the quietest 0.3 s between two frames, the latest of several
 * that are equally quiet.
 * @param pcm signed 16-bit little-endian samples of one channel.
 * @returns a frame from `fromFrame` to `toFrame`; `toFrame` where the stretch is too short to look for one.
 */
export function quietestMoment(
  pcm: Uint8Array,
  sampleRate: number,
  fromFrame: number,
  toFrame: number,
): number {
  const samples = samplesOf(pcm);
  const hopFrames = Math.max(1, Math.round(HOP_SECONDS * sampleRate));
  const pauseHops = Math.round(PAUSE_SECONDS / HOP_SECONDS);
  const hops = Math.floor((Math.min(toFrame, samples.length) - fromFrame) / hopFrames);
  if (hops < pauseHops) return toFrame;
  const energies = Float64Array.from({ length: hops }, (_, hop) => {
    let sum = 0;
    const first = fromFrame + hop * hopFrames;
    for (let index = first; index < first + hopFrames; index++) sum += (samples[index] ?? 0) ** 2;
    return sum;
  });
  let inPause = 0;
  for (let hop = 0; hop < pauseHops; hop++) inPause += energies[hop] ?? 0;
  let [quietest, best] = [inPause, 0];
  for (let hop = 1; hop + pauseHops <= hops; hop++) {
    inPause += (energies[hop + pauseHops - 1] ?? 0) - (energies[hop - 1] ?? 0);
    if (inPause <= quietest) [quietest, best] = [inPause, hop];
  }
  return fromFrame + Math.round((best + pauseHops / 2) * hopFrames);
}

/** How far a piece may be from an equal share of what is left. */
const LEEWAY = 0.25;

/**
 * Finds where to end a piece of at most `maxFrames`, so that the cut is in a pause. A stretch that is short enough
 * stays whole. All pieces of a stretch are about equally long, so that none is very short.
 */
export function pieceEnd(pcm: Uint8Array, sampleRate: number, fromFrame: number, maxFrames: number): number {
  const left = (pcm.byteLength >> 1) - fromFrame;
  if (left <= maxFrames) return fromFrame + left;
  const share = left / Math.ceil(left / maxFrames);
  return quietestMoment(
    pcm,
    sampleRate,
    fromFrame + Math.floor(share * (1 - LEEWAY)),
    fromFrame + Math.min(maxFrames, Math.floor(share * (1 + LEEWAY))),
  );
}
