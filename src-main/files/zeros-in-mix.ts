import type { AudioBytes } from './same-audio.ts';
import { openAudio, READ_BYTES, silencesOf, type ZeroStretch } from './zero-stretches.ts';

/** Blocks are looked at on their own, so that a pause beside a lost block is not taken for lost too. */
const BLOCK_BYTES = 4096;
/** What rounding makes of a sample. */
const ROUNDING = 1;
/** Of more stretches a report does not tell either. */
const MOST_STRETCHES = 1000;
/** A mix may differ where a side is damaged otherwise; one of other sides differs at every third sample. */
const MOST_DIFFERING = 0.1;

export interface ZerosInMix {
  readonly sides: readonly [AudioBytes, AudioBytes];
  readonly mix: AudioBytes;
}

/**
 * Finds where a side is nothing but zeros though the mix of both, which was made before, holds sound that the other side
 * does not account for: a mix is the sum of both, turned down where that is too loud, so without the one it lies between
 * silence and the other. Where both are zeros, the shorter silence is what was lost. All three are 16-bit PCM of one shape.
 * @returns stretches of each side; none where the mix is not that of these sides. Rejects where one cannot be read.
 */
export async function findZerosInMix({ sides, mix }: ZerosInMix): Promise<[ZeroStretch[], ZeroStretch[]]> {
  const [one, other, sum] = [await openAudio(sides[0]), await openAudio(sides[1]), await openAudio(mix)];
  try {
    const silences = [await silencesOf(one), await silencesOf(other)] as const;
    const found: [ZeroStretch[], ZeroStretch[]] = [[], []];
    const heard: Heard = { agreeing: 0, differing: 0 };
    const end = Math.min(sum.bytes, Math.max(one.bytes, other.bytes));
    for (let at = 0; at < end; at += READ_BYTES) {
      const bytes = Math.min(READ_BYTES, end - at);
      const [left, right, both] = [
        await one.read(at, bytes),
        await other.read(at, bytes),
        await sum.read(at, bytes),
      ];
      for (let from = 0; from < bytes; from += BLOCK_BYTES) {
        const to = Math.min(bytes, from + BLOCK_BYTES);
        if (!isBetween({ left, right, mix: both }, from, to, heard))
          noteLost(silences, { start: at + from, end: at + to }, found);
      }
    }
    return heard.differing <= heard.agreeing * MOST_DIFFERING ? found : [[], []];
  } finally {
    await Promise.all([one.close(), other.close(), sum.close()]);
  }
}

interface Piece {
  readonly left: Buffer;
  readonly right: Buffer;
  readonly mix: Buffer;
}

/** Samples of the mix where both sides are heard: those that both come to, and others. */
interface Heard {
  agreeing: number;
  differing: number;
}

/** True where each sample of the mix lies between silence and the sum of both sides; counts where both are heard. */
function isBetween({ left, right, mix }: Piece, from: number, to: number, heard: Heard): boolean {
  let areAll = true;
  for (let at = from; at + 1 < to; at += 2) {
    const [one, other] = [left.readInt16LE(at), right.readInt16LE(at)];
    const sum = one + other;
    const mixed = mix.readInt16LE(at);
    const isSum = mixed <= Math.max(sum, 0) + ROUNDING && mixed >= Math.min(sum, 0) - ROUNDING;
    if (!isSum) areAll = false;
    if (one === 0 || other === 0) continue;
    if (isSum) heard.agreeing++;
    else heard.differing++;
  }
  return areAll;
}

type Silences = readonly [readonly ZeroStretch[], readonly ZeroStretch[]];

/** Both sides may be silent here: then the one whose silence is shorter has lost something, or each where both are alike. */
function noteLost(silences: Silences, block: ZeroStretch, found: [ZeroStretch[], ZeroStretch[]]): void {
  const here = silences.map((ofSide) => within(ofSide, block.start, block.end));
  const shortest = Math.min(...here.flat().map(lengthOf));
  for (const [side, ofSide] of here.entries())
    for (const silence of ofSide) {
      if (lengthOf(silence) > shortest) continue;
      addTo(found[side === 0 ? 0 : 1], {
        start: Math.max(silence.start, block.start),
        end: Math.min(silence.end, block.end),
      });
    }
}

function addTo(stretches: ZeroStretch[], { start, end }: ZeroStretch): void {
  const last = stretches.at(-1);
  if (last?.end === start) stretches[stretches.length - 1] = { start: last.start, end };
  else if (stretches.length < MOST_STRETCHES) stretches.push({ start, end });
}

function lengthOf({ start, end }: ZeroStretch): number {
  return end - start;
}

/** Those that overlap with these bytes; they are in order. */
function within(silences: readonly ZeroStretch[], start: number, end: number): ZeroStretch[] {
  let [low, high] = [0, silences.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((silences[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const found: ZeroStretch[] = [];
  for (let index = low; index < silences.length; index++) {
    const silence = silences[index];
    if (silence === undefined || silence.start >= end) break;
    found.push(silence);
  }
  return found;
}
