import { createWavHeader, PLAIN_HEADER_BYTES, ROOMY_HEADER_BYTES } from '../audio/wav-header.ts';
import { FORMAT_BYTES, parseWaveFormat } from '../audio/wave-format.ts';

/** Frames a second and channels of 16-bit PCM. */
export interface WavShape {
  readonly sampleRate: number;
  readonly channels: number;
}

/** Facts about a master from other sources: its session's description, or the session's other masters. */
export interface MasterHint {
  readonly shape?: WavShape | undefined;
  /** The shape of the other masters, used where nothing better is known and the header does not give it. */
  readonly siblingShape?: WavShape | undefined;
  /** Bytes before the samples of the other masters. */
  readonly dataOffset?: number | undefined;
}

/** What the first bytes of a master are. */
export interface HeaderFinding {
  /**
   * Where the samples begin: directly behind the header, taken as the one of our headers that it equals or resembles
   * most.
   */
  readonly dataOffset: number;
  /** Undefined where neither the header nor the hint gives it. */
  readonly shape: WavShape | undefined;
  /** Bytes of audio that the header counts; undefined where its sizes contradict each other. */
  readonly declaredDataBytes: number | undefined;
  /** What is wrong with it, in half a sentence; undefined where it is as it was written, apart from its sizes. */
  readonly damage: string | undefined;
  /** The share of its bytes that are as we would have written them, 0 to 1. */
  readonly similarity: number;
}

/** Bytes of the longest header that we write. */
export const MOST_HEADER_BYTES = ROOMY_HEADER_BYTES;
/** The shortest one. */
export const LEAST_HEADER_BYTES = PLAIN_HEADER_BYTES;
/** Cue points behind the audio take less. */
const MOST_TRAILING_BYTES = 4 * 1024 * 1024;
/** Below this nothing says which of our headers it was. */
const LEAST_SIMILARITY = 0.25;
/** From this size on a header is RF64; any such size makes one. */
const LONG_BYTES = 0x1_0000_0000;

interface Form {
  readonly dataOffset: number;
  readonly isLong: boolean;
}
const FORMS: readonly Form[] = [
  { dataOffset: LEAST_HEADER_BYTES, isLong: false },
  { dataOffset: MOST_HEADER_BYTES, isLong: false },
  { dataOffset: MOST_HEADER_BYTES, isLong: true },
];

/**
 * Compares the beginning of a file with the headers that we write, byte for byte.
 * @param head its first 80 bytes, or all of them where it is shorter.
 */
export function judgeHeader(head: Buffer, hint: MasterHint): HeaderFinding {
  const judged = FORMS.map((form) => judgeForm(head, form, hint));
  const [plain, ...others] = judged;
  if (plain === undefined) throw new Error('there is no form of a header');
  const best = others.reduce((one, other) => (other.similarity > one.similarity ? other : one), plain);
  if (best.similarity >= LEAST_SIMILARITY) return best;
  const dataOffset = hint.dataOffset ?? plain.dataOffset;
  return { ...best, dataOffset, shape: hint.shape ?? hint.siblingShape, declaredDataBytes: undefined };
}

function judgeForm(head: Buffer, form: Form, { shape: known, siblingShape }: MasterHint): HeaderFinding {
  const { dataOffset } = form;
  const said = shapeIn(head, dataOffset);
  const shape = known ?? said?.shape ?? siblingShape;
  const similarity = similarityTo(head, form, shape ?? { sampleRate: 16_000, channels: 1 });
  const isWhole = said?.isWhole === true && similarityTo(head, form, said.shape) === 1;
  const damage = isWhole ? contradiction(said.shape, known) : 'its header is damaged';
  return {
    dataOffset,
    shape,
    declaredDataBytes: declaredIn(head, form, isWhole ? MOST_TRAILING_BYTES : 0),
    damage,
    similarity: isWhole ? 1 : Math.min(similarity, 0.99),
  };
}

function contradiction(said: WavShape, known: WavShape | undefined): string | undefined {
  if (known === undefined) return undefined;
  if (said.sampleRate === known.sampleRate && said.channels === known.channels) return undefined;
  return (
    `its header tells of ${said.channels} channels at ${said.sampleRate} Hz, ` +
    `and its session of ${known.channels} at ${known.sampleRate} Hz`
  );
}

/**
 * The share of matching bytes among those that are neither zero nor part of a size; 1 only where the zeros match too.
 */
function similarityTo(head: Buffer, form: Form, shape: WavShape): number {
  const { dataOffset, isLong } = form;
  const template = createWavHeader({ ...shape, mayExceed4GiB: dataOffset > LEAST_HEADER_BYTES }).forSizes(
    isLong ? LONG_BYTES : 0,
    0,
  );
  let [telling, right, wrong] = [0, 0, 0];
  for (const [at, byte] of template.entries()) {
    if (isSize(at, form)) continue;
    if (head[at] !== byte) wrong++;
    if (byte === 0) continue;
    telling++;
    if (head[at] === byte) right++;
  }
  return wrong === 0 ? 1 : Math.min(right / telling, 0.99);
}

/** True for the bytes that change as the file grows: RIFF size, data size, and those of `ds64`. */
function isSize(at: number, { dataOffset, isLong }: Form): boolean {
  return (at >= 4 && at < 8) || at >= dataOffset - 4 || (isLong && at >= 20 && at < 48);
}

/** Bytes of audio, where the sizes for the file's length agree with them. */
function declaredIn(
  head: Buffer,
  { dataOffset, isLong }: Form,
  mostTrailingBytes: number,
): number | undefined {
  if (head.length < dataOffset) return undefined;
  const total = isLong ? Number(head.readBigUInt64LE(20)) : head.readUInt32LE(4);
  const data = isLong ? Number(head.readBigUInt64LE(28)) : head.readUInt32LE(dataOffset - 4);
  const trailing = total - (dataOffset - 8) - data;
  return trailing >= 0 && trailing <= mostTrailingBytes ? data : undefined;
}

/** Rate, channels, bytes a second and bytes a frame are redundant: one of them may be wrong. */
function shapeIn(
  head: Buffer,
  dataOffset: number,
): { readonly shape: WavShape; readonly isWhole: boolean } | undefined {
  if (head.length < dataOffset) return undefined;
  const format = dataOffset - LEAST_HEADER_BYTES + 20;
  const fields = parseWaveFormat(head.subarray(format, format + FORMAT_BYTES));
  const { channels, sampleRate: rate, byteRate, blockBytes: frameBytes } = fields;
  const agreeing = ({ sampleRate, channels: count }: WavShape): number =>
    [
      sampleRate === rate,
      count === channels,
      byteRate === sampleRate * count * 2,
      frameBytes === count * 2,
    ].filter(Boolean).length;
  const candidates = [
    { sampleRate: rate, channels },
    { sampleRate: rate, channels: frameBytes / 2 },
    { sampleRate: byteRate / frameBytes, channels },
  ].filter(isShape);
  const best = candidates.toSorted((one, other) => agreeing(other) - agreeing(one))[0];
  if (best === undefined || agreeing(best) < 3) return undefined;
  return { shape: best, isWhole: agreeing(best) === 4 };
}

function isShape({ sampleRate, channels }: WavShape): boolean {
  const isRate = Number.isInteger(sampleRate) && sampleRate >= 8000 && sampleRate <= 192_000;
  return isRate && (channels === 1 || channels === 2);
}
