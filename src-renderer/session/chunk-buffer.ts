import { FRAME_HEADER_BYTES, writeFrameHeader } from '../../src-main/contract/headed-frame.ts';
import type { CaptureChunk } from '../capture/capture.ts';

interface KeptChunk {
  readonly seq: number;
  readonly frames: number;
  /** Header and samples, as they go over the wire. */
  readonly wire: Uint8Array<ArrayBuffer>;
  sent: boolean;
}

/** Chunks from the moment they are captured until they are acknowledged, oldest first. */
export interface ChunkBuffer {
  /** Heads the chunk for the wire and keeps it. */
  add(chunk: CaptureChunk): void;
  /** Every chunk before `nextSeq` is written. */
  acknowledge(nextSeq: number): void;
  /** What has not been sent, in order; from now on it counts as sent. */
  takeUnsent(): readonly Uint8Array<ArrayBuffer>[];
  /** The connection is gone: whatever is not acknowledged is to be sent again. */
  forgetSent(): void;
  readonly hasUnsent: boolean;
  /** Frames of all chunks kept. */
  readonly frames: number;
}

/** @param maxFrames beyond which the oldest chunks are let go: they were sent, only their answer is missing */
export function createChunkBuffer(maxFrames: number): ChunkBuffer {
  const kept: KeptChunk[] = [];
  let frames = 0;

  const dropOldest = () => {
    frames -= kept.shift()?.frames ?? 0;
  };

  return {
    add({ samples, frames: chunkFrames, ...place }) {
      const wire = new Uint8Array(FRAME_HEADER_BYTES + samples.byteLength);
      writeFrameHeader(wire, { trackIndex: 0, ...place });
      wire.set(samples, FRAME_HEADER_BYTES);
      kept.push({ seq: place.seq, frames: chunkFrames, wire, sent: false });
      frames += chunkFrames;
      while (frames > maxFrames && kept.length > 1) dropOldest();
    },
    acknowledge(writtenUpTo) {
      for (let oldest = kept[0]; oldest !== undefined && oldest.seq < writtenUpTo; oldest = kept[0])
        dropOldest();
    },
    takeUnsent() {
      const unsent = kept.filter(({ sent }) => !sent);
      for (const chunk of unsent) chunk.sent = true;
      return unsent.map(({ wire }) => wire);
    },
    forgetSent() {
      for (const chunk of kept) chunk.sent = false;
    },
    get hasUnsent() {
      return kept.some(({ sent }) => !sent);
    },
    get frames() {
      return frames;
    },
  };
}
