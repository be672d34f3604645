import type { GapCause } from '../../src-main/contract/capture-report.ts';
import { FRAME_HEADER_BYTES, headedFrame } from '../../src-main/contract/headed-frame.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import type { HeldChunk } from './held-audio.ts';

interface KeptChunk {
  readonly trackIndex: number;
  /** Its number among those of its track that go over the wire. */
  readonly seq: number;
  /** Position among all chunks and losses since the beginning. */
  readonly order: number;
  readonly startFrame: number;
  frames: number;
  /** Header and samples, as they go over the wire; absent for audio that there was no room to keep. */
  readonly wire?: Uint8Array<ArrayBuffer>;
  sent: boolean;
}

export interface ChunkBufferLimits {
  /** Bytes kept at most. */
  readonly keptBytes: number;
  /** Bytes sent and not acknowledged at most: what the other side must be able to hold. */
  readonly inFlightBytes: number;
}

/** Chunks from the moment they are captured until they are acknowledged, oldest first. */
export interface ChunkBuffer {
  /**
   * Numbers the chunk, heads it for the wire and keeps it. Where there is no room for it, counts what is lost: a chunk
   * that is not kept has no number.
   */
  add(chunk: CaptureChunk, trackIndex: number): void;
  /** Every chunk of the track before `nextSeq` is written, whichever page sent it: this one counts on from there. */
  acknowledge(trackIndex: number, nextSeq: number): void;
  /** The place of the oldest chunk that was not sent. */
  readonly unsentOrder: number | undefined;
  /** The oldest chunk that was not sent, which from now on counts as sent; nothing while too much is on its way. */
  takeUnsent(): Uint8Array<ArrayBuffer> | undefined;
  /** Whatever is not acknowledged is to be sent again. */
  forgetSent(): void;
  /** The place that the next chunk gets. */
  readonly nextOrder: number;
  /** Frames of one track that are not known to be written: those kept, and those lost among or after them. */
  readonly frames: number;
  /** There is no room: what is captured now is lost. */
  readonly isFull: boolean;
  /** Frames of one track lost for want of room since the beginning. */
  readonly lostFrames: number;
  /** Everything that is not acknowledged, oldest first. */
  readonly held: readonly HeldChunk[];
}

/** Once full, so much must be free again: audio in one piece and silence in one piece, not in turns. */
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
    // It waits for nothing and is let go with the chunk that follows it, which has the same number.
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
