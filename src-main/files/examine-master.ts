import { openRegularFile } from '../disk/regular-file.ts';
import type { CuePoint } from './cue-chunks.ts';
import { judgeTail, type TailKind } from './cue-tail.ts';
import { otherKindOf } from './other-kind.ts';
import {
  judgeHeader,
  LEAST_HEADER_BYTES,
  MOST_HEADER_BYTES,
  type HeaderFinding,
  type MasterHint,
  type WavShape,
} from './master-header.ts';
import { withRetries, readFully } from '../disk/read-fully.ts';
import { readWavLayout } from './wav-reader.ts';
import { LecternError } from '../contract/errors.ts';
import type { FileHandle } from 'node:fs/promises';

/** Cue points behind the audio take less. */
const MOST_TAIL_BYTES = 4 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;
/** The smallest damage where other bytes than zeros replaced the content: a block of the disk. */
const DISK_BLOCK_BYTES = 4096;
const ZEROS = Buffer.alloc(DISK_BLOCK_BYTES);
/** A header that resembles ours less than this may be from any program. */
const OWN_SIMILARITY = 0.5;

/**
 * What an unfinished master contains, read from its first byte to its last.
 * - `sound`: as it was written; the sizes in its header may be old.
 * - `damaged`: the header is damaged; the bytes behind it are audio.
 * - `foreign`: a WAV of another program, to be used as it is.
 * - `unknown`: nothing gives its sample rate, or it is no recording at all.
 */
export interface MasterExamination {
  readonly kind: 'sound' | 'damaged' | 'foreign' | 'unknown';
  readonly path: string;
  readonly size: number;
  /** Undefined only for `unknown`. */
  readonly shape: WavShape | undefined;
  readonly dataOffset: number;
  /** Whole frames in the file. */
  readonly frames: number;
  readonly tail: TailKind | undefined;
  /** Frames that the header counts and the file does not have. */
  readonly missingFrames: number;
  /** Frames at the beginning that the damage of the header has also turned to zeros, as far as can be known. */
  readonly zeroedFrames: number;
  /** Frames at the beginning that the damage of the header may have spoiled in another way. */
  readonly doubtfulFrames: number;
  /** Frames in blocks of the disk that hold nothing but zeros: silence, or what the disk has lost. */
  readonly silentFrames: number;
  /** What is wrong, in half a sentence. */
  readonly damage: string | undefined;
}

export interface ExamineOptions {
  readonly hint: MasterHint;
  readonly cuePoints: (frames: number) => readonly CuePoint[];
}

/**
 * Reads all of a master and changes nothing. Rejects as the system does where it cannot be read. Such an error says
 * nothing about the content: the caller should try again later.
 */
export async function examineMaster(
  path: string,
  { hint, cuePoints }: ExamineOptions,
): Promise<MasterExamination> {
  const file = await withRetries(() => openRegularFile(path));
  try {
    const { size } = await withRetries(() => file.stat());
    const head = await readHead(file, size);
    const header = judgeHeader(head, hint);
    const zeros = await readWhole(file, size, header.dataOffset);
    const rest = { path, size, ...NOTHING_LOST, tail: undefined };
    const none = { ...rest, shape: undefined, dataOffset: 0, frames: 0, silentFrames: 0 };
    if (size >= LEAST_HEADER_BYTES && header.similarity < OWN_SIMILARITY) {
      const other = otherKindOf(head);
      if (other !== undefined) return { ...none, kind: 'unknown', damage: `it is ${other}, and no WAV` };
      const layout = await foreignLayout(file);
      if (layout !== undefined && fits(layout, hint)) {
        const frames = layout.dataBytes / (2 * layout.channels);
        const { sampleRate, channels, dataOffset } = layout;
        const shape = { sampleRate, channels };
        const silentFrames = Math.min(frames, Math.floor(zeros.inBlocks / (2 * channels)));
        return { ...rest, kind: 'foreign', shape, dataOffset, frames, silentFrames, damage: undefined };
      }
    }
    return await examineOurs(file, { path, size, header, zeros, hint, cuePoints });
  } finally {
    await file.close();
  }
}

const NOTHING_LOST = { missingFrames: 0, zeroedFrames: 0, doubtfulFrames: 0 };

interface Known extends ExamineOptions {
  readonly path: string;
  readonly size: number;
  readonly header: HeaderFinding;
  /** The zeros at the beginning of the file, in bytes, and the position of the first sample. */
  readonly zeros: {
    readonly fromStart: number;
    readonly fromData: number;
    /** Bytes of samples in blocks that are zeros throughout. */
    readonly inBlocks: number;
  };
}

async function examineOurs(file: FileHandle, known: Known): Promise<MasterExamination> {
  const { path, size, header, zeros, hint, cuePoints } = known;
  const { dataOffset, declaredDataBytes: declared } = header;
  const present = Math.max(0, size - dataOffset);
  // A file without audio has no rate to be wrong about.
  const shape = header.shape ?? (present === 0 ? { sampleRate: 16_000, channels: 1 } : undefined);
  const common = { path, size, shape, dataOffset };
  if (shape === undefined) {
    const damage = 'its header is damaged, and nothing tells at what rate it was recorded';
    const none = { frames: 0, silentFrames: 0, tail: undefined, ...NOTHING_LOST };
    return { ...common, ...none, kind: 'unknown', damage };
  }
  const bytesPerFrame = 2 * shape.channels;
  const tail = await tailOf(file, known, declared, shape, cuePoints);
  const audioBytes = tail === undefined || tail === 'audio' ? present : (declared ?? present);
  const frames = Math.floor(audioBytes / bytesPerFrame);
  const isGone = header.similarity < OWN_SIMILARITY && size >= dataOffset;
  const isZeroed = isGone && zeros.fromStart >= Math.min(size, LEAST_HEADER_BYTES);
  const spoiled = Math.min(present, Math.max(0, DISK_BLOCK_BYTES - dataOffset));
  return {
    ...common,
    kind: header.damage === undefined ? 'sound' : 'damaged',
    frames,
    silentFrames: Math.min(frames, Math.floor(zeros.inBlocks / bytesPerFrame)),
    tail,
    missingFrames: Math.floor(Math.max(0, (declared ?? 0) - present) / bytesPerFrame),
    zeroedFrames: isZeroed ? Math.min(frames, Math.ceil(zeros.fromData / bytesPerFrame)) : 0,
    doubtfulFrames: isGone && !isZeroed ? Math.min(frames, Math.ceil(spoiled / bytesPerFrame)) : 0,
    damage: size === 0 && hint.shape !== undefined ? 'it is empty' : header.damage,
  };
}

async function tailOf(
  file: FileHandle,
  { size, header }: Known,
  declared: number | undefined,
  { channels }: WavShape,
  cuePoints: ExamineOptions['cuePoints'],
): Promise<TailKind | undefined> {
  if (declared === undefined || declared % (2 * channels) !== 0) return undefined;
  const from = header.dataOffset + declared;
  if (from >= size || size - from > MOST_TAIL_BYTES) return undefined;
  const tail = Buffer.alloc(size - from);
  await readFully(file, tail, from);
  return judgeTail(tail, cuePoints(Math.floor(declared / (2 * channels))));
}

async function readHead(file: FileHandle, size: number): Promise<Buffer> {
  const head = Buffer.alloc(Math.min(size, MOST_HEADER_BYTES));
  return head.subarray(0, await readFully(file, head, 0));
}

/** Reads the whole file, so that an unreadable stretch is found before anything is changed. */
async function readWhole(file: FileHandle, size: number, dataOffset: number): Promise<Known['zeros']> {
  const block = Buffer.alloc(Math.min(BLOCK_BYTES, Math.max(1, size)));
  let firstAtAll: number | undefined;
  let firstInData: number | undefined;
  let inBlocks = 0;
  for (let position = 0; position < size;) {
    const filled = await readFully(file, block, position);
    if (filled === 0) break;
    const read = block.subarray(0, filled);
    firstAtAll ??= firstNonZero(read, 0, position);
    if (position + filled > dataOffset)
      firstInData ??= firstNonZero(read, Math.max(0, dataOffset - position), position);
    for (let at = 0; at < filled; at += DISK_BLOCK_BYTES) {
      const piece = read.subarray(at, at + DISK_BLOCK_BYTES);
      if (!piece.equals(ZEROS.subarray(0, piece.length))) continue;
      inBlocks += Math.max(0, piece.length - Math.max(0, dataOffset - (position + at)));
    }
    position += filled;
  }
  const fromData = (firstInData ?? size) - Math.min(size, dataOffset);
  return { fromStart: firstAtAll ?? size, fromData, inBlocks };
}

function firstNonZero(block: Buffer, from: number, position: number): number | undefined {
  for (let at = from; at < block.length; at++) if (block[at] !== 0) return position + at;
  return undefined;
}

async function foreignLayout(file: FileHandle) {
  try {
    const layout = await readWavLayout(file);
    const isSame = layout.formatTag === 1 && layout.bitsPerSample === 16 && layout.channels <= 2;
    return isSame && layout.sampleRate > 0 ? layout : undefined;
  } catch (error) {
    // Only a file that was read, and is not a WAV, gives a result.
    if (error instanceof LecternError) return undefined;
    throw error;
  }
}

function fits({ sampleRate, channels }: WavShape, { shape }: MasterHint): boolean {
  return shape === undefined || (shape.sampleRate === sampleRate && shape.channels === channels);
}
