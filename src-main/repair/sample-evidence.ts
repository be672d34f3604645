import { decodeMulaw } from '../audio/mulaw.ts';
import { samplesOf } from '../audio/pcm.ts';

/** How well some bytes fit each way of reading them as samples. */
export interface SampleEvidence {
  /** Bytes of stretches that are not constant. All other figures are measured on these. */
  readonly activeBytes: number;
  /** Bits per byte, modelled as one mu-law sample or as half of a 16-bit one. */
  readonly mulawBits: number;
  readonly linearBits: number;
  /** Distance between the distributions of even and odd bytes: 0 is equal, 1 is disjoint. */
  readonly parityDistance: number;
  readonly mulaw: Waveform;
  readonly littleEndian: Waveform;
  readonly bigEndian: Waveform;
  /** The smoothness of the smoothest other 8-bit encoding: A-law, unsigned or signed. */
  readonly otherSmoothness: number;
  /** Shares of all bytes: mu-law codes with a positive sign, and codes in the loudest sixteenth. */
  readonly positiveShare: number;
  readonly loudestShare: number;
}

interface Waveform {
  /** Correlation of each sample with the one before it in its channel, about the mean. */
  readonly smoothness: number;
  /** About the mean, in 16-bit units. */
  readonly rms: number;
  readonly negativeShare: number;
}

const RUN_BYTES = 512;
/** A run with fewer distinct bytes shows nothing about its encoding. */
const ACTIVE_DISTINCT_BYTES = 12;

const UNSIGNED = Int16Array.from({ length: 256 }, (_, byte) => (byte - 128) * 256);
const SIGNED = Int16Array.from({ length: 256 }, (_, byte) => byte * 256);
/** ITU-T G.711, table 1a, scaled to 16 bits. */
const ALAW = Int16Array.from({ length: 256 }, (_, byte) => {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const step = ((code & 0xf) << 4) + 8;
  const magnitude = exponent === 0 ? step : (step + 0x100) << (exponent - 1);
  return (code & 0x80) === 0 ? -magnitude : magnitude;
});

/** @param blocks stretches of the samples' bytes, each beginning on a whole frame of 16-bit samples. */
export function weighSamples(blocks: readonly Uint8Array[], channels: number): SampleEvidence {
  const runs = blocks.flatMap(activeRuns);
  const activeBytes = runs.reduce((sum, run) => sum + run.length, 0);
  const tabled = (table: Int16Array) => runs.map((run) => Int16Array.from(run, (byte) => table[byte] ?? 0));
  const waveformOf = (samples: readonly Int16Array[]) => measure(samples, channels);
  const swapped = runs.map((run) => Uint8Array.from(run, (_, index) => run[index ^ 1] ?? 0));
  return {
    activeBytes,
    mulawBits: mulawBits(runs, channels),
    linearBits: Math.min(linearBits(runs, channels), linearBits(swapped, channels)),
    ...countBytes(runs),
    mulaw: waveformOf(runs.map((run) => samplesOf(decodeMulaw(run)))),
    littleEndian: waveformOf(runs.map(samplesOf)),
    bigEndian: waveformOf(swapped.map(samplesOf)),
    otherSmoothness: Math.max(
      ...[ALAW, UNSIGNED, SIGNED].map((table) => waveformOf(tabled(table)).smoothness),
    ),
  };
}

function activeRuns(block: Uint8Array): Uint8Array[] {
  const runs: Uint8Array[] = [];
  for (let position = 0; position + RUN_BYTES <= block.length; position += RUN_BYTES) {
    const run = block.subarray(position, position + RUN_BYTES);
    if (new Set(run).size >= ACTIVE_DISTINCT_BYTES) runs.push(run);
  }
  return runs;
}

function countBytes(
  runs: readonly Uint8Array[],
): Pick<SampleEvidence, 'parityDistance' | 'positiveShare' | 'loudestShare'> {
  const [even, odd] = [new Float64Array(256), new Float64Array(256)];
  for (const run of runs) {
    run.forEach((byte, index) => {
      const counts = index % 2 === 0 ? even : odd;
      counts[byte] = (counts[byte] ?? 0) + 1;
    });
  }
  let [total, difference, positive, loudest] = [0, 0, 0, 0];
  even.forEach((evenCount, byte) => {
    const oddCount = odd[byte] ?? 0;
    total += evenCount + oddCount;
    difference += Math.abs(evenCount - oddCount);
    if (byte >= 0x80) positive += evenCount + oddCount;
    if ((byte & 0x7f) < 8) loudest += evenCount + oddCount;
  });
  const share = (count: number) => (total === 0 ? 0 : count / total);
  return {
    parityDistance: share(difference),
    positiveShare: share(positive),
    loudestShare: share(loudest),
  };
}

/** An adaptive code: the cost of a symbol in its context, given everything before it. */
function createCoder(contexts: number, symbols: number): (context: number, symbol: number) => number {
  const prior = 0.25;
  const counts = new Float64Array(contexts * symbols).fill(prior);
  const totals = new Float64Array(contexts).fill(prior * symbols);
  return (context, symbol) => {
    const at = context * symbols + symbol;
    const bits = Math.log2((totals[context] ?? 1) / (counts[at] ?? 1));
    counts[at] = (counts[at] ?? 0) + 1;
    totals[context] = (totals[context] ?? 0) + 1;
    return bits;
  };
}

/** Codes a byte in the context of an earlier one: first its upper five bits, then its lower three. */
function createByteCoder(): (byte: number, earlier: number) => number {
  const upper = createCoder(32, 32);
  const lower = createCoder(32, 8);
  return (byte, earlier) => upper(earlier >> 3, byte >> 3) + lower(byte >> 3, byte & 7);
}

function mulawBits(runs: readonly Uint8Array[], channels: number): number {
  const code = createByteCoder();
  let [bits, count] = [0, 0];
  for (const run of runs) {
    for (let index = channels; index < run.length; index++, count++)
      bits += code(run[index] ?? 0, run[index - channels] ?? 0);
  }
  return count === 0 ? 0 : bits / count;
}

/** Little-endian: the high byte follows the one before it; the low byte is nearly noise. */
function linearBits(runs: readonly Uint8Array[], channels: number): number {
  const codeHigh = createByteCoder();
  const codeLow = createCoder(3, 256);
  let [bits, count] = [0, 0];
  for (const run of runs) {
    for (let index = 2 * channels; index + 1 < run.length; index += 2, count += 2) {
      const high = run[index + 1] ?? 0;
      bits += codeHigh(high, run[index + 1 - 2 * channels] ?? 0);
      bits += codeLow(high === 0 ? 0 : high === 0xff ? 1 : 2, run[index] ?? 0);
    }
  }
  return count === 0 ? 0 : bits / count;
}

function measure(runs: readonly Int16Array[], channels: number): Waveform {
  let [count, sum, squares, products, negative] = [0, 0, 0, 0, 0];
  for (const run of runs) {
    for (let index = channels; index < run.length; index++) {
      const value = run[index] ?? 0;
      count++;
      sum += value;
      squares += value * value;
      products += value * (run[index - channels] ?? 0);
      if (value < 0) negative++;
    }
  }
  if (count === 0) return { smoothness: 0, rms: 0, negativeShare: 0 };
  const meanSquare = (sum / count) ** 2;
  const variance = squares / count - meanSquare;
  return {
    smoothness: variance <= 0 ? 0 : (products / count - meanSquare) / variance,
    rms: Math.sqrt(Math.max(variance, 0)),
    negativeShare: negative / count,
  };
}
