import { chunkHead } from '../audio/riff.ts';

/** A named moment in a WAV. */
export interface CuePoint {
  readonly frame: number;
  readonly label: string;
}

const CUE_POINT_BYTES = 24;

/**
 * The `cue ` and `LIST adtl` chunks for these points, to stand after the samples; empty for none. In order of time, as
 * some readers expect it ("Multimedia Programming Interface and Data Specifications 1.0", Cue-Points Chunk).
 */
export function encodeCueChunks(points: readonly CuePoint[]): Buffer {
  if (points.length === 0) return Buffer.alloc(0);
  const inOrder = points.toSorted((a, b) => a.frame - b.frame);
  const cues = inOrder.map(({ frame }, index) => {
    const cue = Buffer.alloc(CUE_POINT_BYTES);
    cue.writeUInt32LE(index + 1, 0);
    cue.write('data', 8, 'latin1');
    // Chunk start and block start are 0: there is only one chunk of samples, and they are not compressed.
    cue.writeUInt32LE(frame, 20);
    return cue;
  });
  const labels = inOrder.map(({ label }, index) =>
    chunk('labl', [uint32(index + 1), Buffer.from(`${plain(label)}\0`, 'utf8')]),
  );
  return Buffer.concat([
    chunk('cue ', [uint32(cues.length), ...cues]),
    chunk('LIST', [Buffer.from('adtl', 'latin1'), ...labels]),
  ]);
}

/** Chunks begin at even bytes; the padding byte is not counted in a chunk's size. */
function chunk(id: string, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([chunkHead(id, body.length), body, Buffer.alloc(body.length % 2)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** WAV readers interpret other characters differently; those are dropped, not garbled. */
function plain(text: string): string {
  return text.normalize('NFC').replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?');
}
