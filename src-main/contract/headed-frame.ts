import type { Track } from './audio-format.ts';
import { gapCauseSchema, type GapCause } from './capture-report.ts';

/** Bytes before the samples in a binary frame of a session started with `"framing":"headed"`. */
export const FRAME_HEADER_BYTES = 16;

/** First byte of every header: the version of this layout. */
export const FRAME_HEADER_VERSION = 1;

/** Chunk numbers are below this. 0 follows 2^32 - 1; that is no gap. */
export const SEQ_COUNT = 2 ** 32;

/** Largest start frame: more than a year at the highest rate, and small enough that sums stay exact. */
export const MAX_START_FRAME = 2 ** 43;

export interface FrameHeader {
  /** Position of the track in the `tracks` of `start`. */
  readonly trackIndex: number;
  /** Position in the track's chunks, counted from 0; SEQ_COUNT - 1 is followed by 0. */
  readonly seq: number;
  /** Position in the track's frames, counted from 0, up to MAX_START_FRAME. */
  readonly startFrame: number;
  /** Why frames before this chunk are missing, where the sender knows the cause. */
  readonly gapCause?: GapCause;
}

/**
 * A binary frame: the header, then a copy of the samples. All fields of the header are little-endian:
 * 0 version (1), 1 track index, 2 gap cause (position in gapCauseSchema; 0 where there is no gap), 3 zero,
 * 4-7 seq (u32), 8-15 start frame (u64).
 */
export function headedFrame(header: FrameHeader, samples: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + samples.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, FRAME_HEADER_VERSION);
  view.setUint8(1, header.trackIndex);
  view.setUint8(2, header.gapCause === undefined ? 0 : gapCauseSchema.options.indexOf(header.gapCause));
  view.setUint8(3, 0);
  view.setUint32(4, header.seq, true);
  view.setBigUint64(8, BigInt(header.startFrame), true);
  frame.set(samples, FRAME_HEADER_BYTES);
  return frame;
}

/** The header and samples (a view, not a copy) of `frame`, or words for what is wrong with it. */
export function readFrameHeader(
  frame: Uint8Array,
  tracks: readonly Track[],
): { header: FrameHeader; track: Track; samples: Uint8Array } | { problem: string } {
  if (frame.byteLength < FRAME_HEADER_BYTES)
    return { problem: `expected a ${FRAME_HEADER_BYTES}-byte header, got ${frame.byteLength} bytes` };
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const version = view.getUint8(0);
  if (version !== FRAME_HEADER_VERSION)
    return { problem: `expected header version ${FRAME_HEADER_VERSION}, got ${version}` };
  const trackIndex = view.getUint8(1);
  const track = tracks[trackIndex];
  if (track === undefined)
    return { problem: `expected a track index below ${tracks.length}, got ${trackIndex}` };
  const startFrame = view.getBigUint64(8, true);
  if (startFrame > BigInt(MAX_START_FRAME))
    return { problem: `expected a start frame up to ${MAX_START_FRAME}, got ${startFrame}` };
  const gapCause = gapCauseSchema.options[view.getUint8(2)];
  if (gapCause === undefined) return { problem: `expected a known gap cause, got ${view.getUint8(2)}` };
  const header = { gapCause, trackIndex, seq: view.getUint32(4, true), startFrame: Number(startFrame) };
  return { header, track, samples: frame.subarray(FRAME_HEADER_BYTES) };
}
