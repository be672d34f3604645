import { chunkHead, UNKNOWN_SIZE, wavHead, type RiffChunk } from '../audio/riff.ts';
import { DS64_CONTENT_BYTES, ds64Content } from '../audio/wav-header.ts';
import { pieceBytes, type KeptPiece, type Piece } from './finding.ts';

export interface WavParts {
  /** The content of the `fmt ` chunk. */
  readonly format: Uint8Array;
  readonly before: readonly RiffChunk[];
  readonly audio: KeptPiece;
  readonly trailing: readonly RiffChunk[];
  /** Samples per channel for the `fact` chunk, where there is one. */
  readonly factSamples?: number;
  /** Bytes of a frame, to count frames in `ds64`. */
  readonly frameBytes: number;
}

/** A whole WAV with true sizes: RIFF, or RF64 where the sizes do not fit in 32 bits. */
export function assembleWav(parts: WavParts): Piece[] {
  const audioBytes = pieceBytes(parts.audio);
  const pad: Piece[] = audioBytes % 2 === 1 ? [{ bytes: new Uint8Array(1) }] : [];
  const trailing = [...pad, ...parts.trailing.flatMap(chunkPieces)];
  const replaced = parts.factSamples === undefined ? ['ds64'] : ['ds64', 'fact'];
  const kept = parts.before.filter(({ id }) => !replaced.includes(id));
  const own = [...newChunk('fmt ', parts.format), ...factChunk(parts.factSamples)];
  const small = [...kept.flatMap(chunkPieces), ...own];
  const riffBytes = 4 + total(small) + 8 + audioBytes + total(trailing);
  if (riffBytes <= UNKNOWN_SIZE - 1)
    return [
      { bytes: wavHead('RIFF', riffBytes) },
      ...small,
      headOf('data', audioBytes),
      parts.audio,
      ...trailing,
    ];

  // `ds64` takes the room that the writer reserved for it.
  const large = [...kept.filter(({ id }) => id !== 'JUNK').flatMap(chunkPieces), ...own];
  const largeBytes = 4 + 8 + DS64_CONTENT_BYTES + total(large) + 8 + audioBytes + total(trailing);
  return [
    { bytes: wavHead('RF64', UNKNOWN_SIZE) },
    ...newChunk('ds64', ds64Content(largeBytes, audioBytes, parts.frameBytes)),
    ...large,
    headOf('data', UNKNOWN_SIZE),
    parts.audio,
    ...trailing,
  ];
}

function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);
}

function headOf(id: string, length: number): Piece {
  return { bytes: chunkHead(id, length) };
}

function newChunk(id: string, content: Uint8Array): Piece[] {
  return [headOf(id, content.length), { bytes: content }, ...padOf(content.length)];
}

function factChunk(samples: number | undefined): Piece[] {
  if (samples === undefined) return [];
  const content = Buffer.alloc(4);
  content.writeUInt32LE(Math.min(samples, UNKNOWN_SIZE), 0);
  return newChunk('fact', content);
}

function chunkPieces({ id, offset, length }: RiffChunk): Piece[] {
  return [headOf(id, length), { offset, length }, ...padOf(length)];
}

function padOf(length: number): Piece[] {
  return length % 2 === 1 ? [{ bytes: new Uint8Array(1) }] : [];
}
