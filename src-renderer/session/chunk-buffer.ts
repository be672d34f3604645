import type { GapCause } from '../../src-main/contract/capture-report.ts';
import { FRAME_HEADER_BYTES, headedFrame } from '../../src-main/contract/headed-frame.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import type { HeldChunk } from './held-audio.ts';

interface KeptChunk {
  readonly trackIndex: number;
  /** Its number on the wire, among the chunks of its track. */
  readonly seq: number;
  /** Its position among all chunks and losses since the beginning. */
  readonly order: number;
  readonly startFrame: number;
  frames: number;
  /** Header and samples for the wire; absent for audio that found no room. */
  readonly wire?: Uint8Array<ArrayBuffer>;
  sent: boolean;
}

export interface ChunkBufferLimits {
  /** Most bytes kept. */
  readonly keptBytes: number;
  /** Most bytes sent and not acknowledged: the other side must be able to hold them. */
  readonly inFlightBytes: number;
}

/** Chunks from the moment they are captured until they are acknowledged, oldest first. */
export interface ChunkBuffer {
  /**
   * Numbers the chunk, adds its wire header and keeps it. Where there is no room, counts the audio as lost; it then
   * gets no number.
   */
  add(chunk: CaptureChunk, trackIndex: number): void;
  /** Says that every chunk of the track before `nextSeq` is written, whichever page sent it. Numbers go on from there. */
  acknowledge(trackIndex: number, nextSeq: number): void;
  /** The `order` of the oldest unsent chunk. */
  readonly unsentOrder: number | undefined;
  /** Returns the oldest unsent chunk and marks it as sent. Undefined while too much is in flight. */
  takeUnsent(): Uint8Array<ArrayBuffer> | undefined;
  /** Marks every unacknowledged chunk as unsent. */
  forgetSent(): void;
  /** The `order` of the next chunk. */
  readonly nextOrder: number;
  /** Unacknowledged frames of the track that has most: those kept, and those lost among or after them. */
  readonly frames: number;
  /** True while there is no room: new audio is lost. */
  readonly isFull: boolean;
  /** Frames lost for lack of room since the beginning, of the track that lost most. */
  readonly lostFrames: number;
  /** Every unacknowledged chunk, oldest first. */
  readonly held: readonly HeldChunk[];
}

/** Once full, this share must be free again. So one long stretch is lost, and not many short ones. */
const FREE_AGAIN = 1 / 8;

export function createChunkBuffer({
  keptBytes: mostBytes,
  inFlightBytes: window,
}: ChunkBufferLimits): ChunkBuffer {
  let kept: KeptChunk[] = [];
  let keptBytes = 0;
  let inFlightBytes = 0;
  let nextOrder = 0;
  let isFull = false;
  /** The number of each track's next chunk. */
  const nextSeqs = new Map<number, number>();
  /** Frames of each track that were never kept. */
  const lostFrames = new Map<number, number>();

  const nextSeqOf = (trackIndex: number): number => nextSeqs.get(trackIndex) ?? 0;
  const bytesOf = ({ wire }: KeptChunk): number => wire?.byteLength ?? 0;
  const firstUnsent = (): KeptChunk | undefined => kept.find(({ sent }) => !sent);

  const lose = (trackIndex: number, startFrame: number, frames: number): void => {
    lostFrames.set(trackIndex, (lostFrames.get(trackIndex) ?? 0) + frames);
    const last = kept.findLast((chunk) => chunk.trackIndex === trackIndex);
    if (last !== undefined && last.wire === undefined) last.frames += frames;
    // A loss is never sent. It is removed together with the next chunk, which has the same number.
    else
      kept.push({
        trackIndex,
        seq: nextSeqOf(trackIndex),
        order: nextOrder++,
        startFrame,
        frames,
        sent: true,
      });
  };

  const causeOf = (trackIndex: number, cause: GapCause | undefined): GapCause | undefined => {
    const last = kept.findLast((chunk) => chunk.trackIndex === trackIndex);
    return last !== undefined && last.wire === undefined ? 'disk' : cause;
  };

  return {
    add({ samples, frames, startFrame, gapCause }, trackIndex) {
      const size = FRAME_HEADER_BYTES + samples.byteLength;
      isFull = keptBytes + size > mostBytes * (isFull ? 1 - FREE_AGAIN : 1);
      if (isFull) return lose(trackIndex, startFrame, frames);
      const seq = nextSeqOf(trackIndex);
      nextSeqs.set(trackIndex, seq + 1);
      const cause = causeOf(trackIndex, gapCause);
      const place = { trackIndex, seq, startFrame, ...(cause === undefined ? {} : { gapCause: cause }) };
      const wire = headedFrame(place, samples);
      kept.push({ trackIndex, seq, order: nextOrder++, startFrame, frames, wire, sent: false });
      keptBytes += size;
    },
    acknowledge(trackIndex, nextSeq) {
      nextSeqs.set(trackIndex, Math.max(nextSeq, nextSeqOf(trackIndex)));
      kept = kept.filter((chunk) => {
        if (chunk.trackIndex !== trackIndex || chunk.seq >= nextSeq) return true;
        keptBytes -= bytesOf(chunk);
        if (chunk.sent) inFlightBytes -= bytesOf(chunk);
        return false;
      });
    },
    get unsentOrder() {
      return firstUnsent()?.order;
    },
    takeUnsent() {
      const chunk = firstUnsent();
      if (chunk?.wire === undefined) return undefined;
      if (inFlightBytes > 0 && inFlightBytes + chunk.wire.byteLength > window) return undefined;
      chunk.sent = true;
      inFlightBytes += chunk.wire.byteLength;
      return chunk.wire;
    },
    forgetSent() {
      inFlightBytes = 0;
      for (const chunk of kept) chunk.sent = chunk.wire === undefined;
    },
    get nextOrder() {
      return nextOrder;
    },
    get frames() {
      const perTrack = new Map<number, number>();
      for (const { trackIndex, frames } of kept)
        perTrack.set(trackIndex, (perTrack.get(trackIndex) ?? 0) + frames);
      return Math.max(0, ...perTrack.values());
    },
    get isFull() {
      return isFull;
    },
    get lostFrames() {
      return Math.max(0, ...lostFrames.values());
    },
    get held() {
      return kept.flatMap(({ trackIndex, startFrame, wire }) =>
        wire === undefined ? [] : [{ trackIndex, startFrame, samples: wire.subarray(FRAME_HEADER_BYTES) }],
      );
    },
  };
}
