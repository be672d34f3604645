import type { AudioBytes } from './same-audio.ts';
import { openAudio, READ_BYTES, silencesOf, type OpenAudio, type ZeroStretch } from './zero-stretches.ts';

/** Blocks are examined separately, so that a pause beside a lost block does not count as lost. */
const BLOCK_BYTES = 4096;
/** Rounding may change a sample by this much. */
const ROUNDING = 1;
/** A report does not list more stretches either. */
const MOST_STRETCHES = 1000;
/** A mix may differ where a side is damaged in another way; a mix of other sides differs in every third sample. */
const MOST_DIFFERING = 0.1;

export interface ZerosInMix {
  /** All tracks that were mixed. */
  readonly sides: readonly AudioBytes[];
  readonly mix: AudioBytes;
}

/**
 * Finds where a side is all zeros although the earlier mix contains sound that the other sides do not explain. A mix is
 * the sum of all sides, turned down where that is too loud; so where a side was really silent, it lies between silence
 * and the sum of the others. Where several sides are zeros, the one with the shortest silence is the lost one. All are
 * 16-bit PCM of one shape.
 * @returns stretches of each side; none where the mix is not of these sides. Rejects where one cannot be read.
 */
export async function findZerosInMix({ sides, mix }: ZerosInMix): Promise<ZeroStretch[][]> {
  const opened: OpenAudio[] = [];
  try {
    const sum = await openAudio(mix);
    opened.push(sum);
    for (const side of sides) opened.push(await openAudio(side));
    const open = opened.slice(1);
    const silences: ZeroStretch[][] = [];
    for (const side of open) silences.push(await silencesOf(side));
    const found = open.map((): ZeroStretch[] => []);
    const heard: Heard = { agreeing: 0, differing: 0 };
    const end = Math.min(sum.bytes, Math.max(...open.map((side) => side.bytes)));
    for (let at = 0; at < end; at += READ_BYTES) {
      const bytes = Math.min(READ_BYTES, end - at);
      const mixed = await sum.read(at, bytes);
      const pieces = await Promise.all(open.map((side) => side.read(at, bytes)));
      for (let from = 0; from < bytes; from += BLOCK_BYTES) {
        const to = Math.min(bytes, from + BLOCK_BYTES);
        if (!isBetween({ sides: pieces, mix: mixed }, from, to, heard))
          noteLost(silences, { start: at + from, end: at + to }, found);
      }
    }
    return heard.differing <= heard.agreeing * MOST_DIFFERING ? found : sides.map(() => []);
  } finally {
    await Promise.all(opened.map((audio) => audio.close()));
  }
}

interface Piece {
  readonly sides: readonly Buffer[];
  readonly mix: Buffer;
}

/** Counts samples of the mix where every side has sound: those between silence and the sum of the sides, and others. */
interface Heard {
  agreeing: number;
  differing: number;
}

/**
 * True where each sample of the mix lies between silence and the sum of the sides; also counts where all have sound.
 */
function isBetween({ sides, mix }: Piece, from: number, to: number, heard: Heard): boolean {
  let areAll = true;
  for (let at = from; at + 1 < to; at += 2) {
    let [sum, silent] = [0, false];
    for (const side of sides) {
      const sample = side.readInt16LE(at);
      sum += sample;
      if (sample === 0) silent = true;
    }
    const mixed = mix.readInt16LE(at);
    const isSum = mixed <= Math.max(sum, 0) + ROUNDING && mixed >= Math.min(sum, 0) - ROUNDING;
    if (!isSum) areAll = false;
    if (silent) continue;
    if (isSum) heard.agreeing++;
    else heard.differing++;
  }
  return areAll;
}

type Silences = readonly (readonly ZeroStretch[])[];

/**
 * Several sides may be silent here: then the one with the shortest silence has lost something, or each of several
 * equally short ones.
 */
function noteLost(silences: Silences, block: ZeroStretch, found: readonly ZeroStretch[][]): void {
  const here = silences.map((ofSide) => within(ofSide, block.start, block.end));
  const shortest = Math.min(...here.flat().map(lengthOf));
  for (const [side, ofSide] of here.entries())
    for (const silence of ofSide) {
      if (lengthOf(silence) > shortest) continue;
      addTo(found[side] ?? [], {
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

/** The silences that overlap with these bytes; they are in order. */
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
