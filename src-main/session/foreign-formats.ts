import { viewOf } from '../audio/riff.ts';
import { hasBytes, hasText } from './byte-reading.ts';
import { ac3Unit, asfUnit, isAc3, isAsf, isTransportStream, transportUnit } from './foreign-broadcast.ts';
import { adtsUnit, isId3, isRowOfFrames, mpegUnit } from './foreign-frames.ts';
import {
  aiffUnit,
  auUnit,
  cafUnit,
  endlessUnit,
  isWave,
  matroskaUnit,
  mp4Unit,
  oggUnit,
  waveUnit,
  type UnitLength,
} from './foreign-units.ts';
import { isWave64, wave64Unit } from './foreign-wave64.ts';

/** A format that comes as audio but is not samples. */
export interface ForeignFormat {
  /** What it is, in words. */
  readonly name: string;
  /** True where a chunk begins with this format: checks more bits than samples match by accident. */
  readonly begins: (bytes: Uint8Array) => boolean;
  /** Distinguishes the stream from samples in later chunks. */
  readonly unitLength: UnitLength;
  /** This many pieces in a row, anywhere in a chunk, are no accident. */
  readonly surePieces: number;
}

export const WAVE: ForeignFormat = {
  name: 'a WAV header',
  begins: isWave,
  unitLength: waveUnit,
  surePieces: 2,
};

export const WAVE64: ForeignFormat = {
  name: 'a Wave64 header',
  begins: (bytes) => isWave64(bytes),
  unitLength: wave64Unit,
  surePieces: 2,
};

/** All recognised formats. Raw Opus packets, big-endian samples and other rates cannot be recognised. */
export const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  WAVE,
  WAVE64,
  {
    name: 'WebM or Matroska, as a MediaRecorder makes it',
    begins: isMatroska,
    unitLength: matroskaUnit,
    surePieces: 3,
  },
  {
    name: 'an Ogg stream',
    begins: (bytes) => hasText(bytes, 0, 'OggS\0') && (bytes[5] ?? 8) < 8,
    unitLength: oggUnit,
    surePieces: 1,
  },
  { name: 'MP4', begins: isMp4, unitLength: mp4Unit, surePieces: 1 },
  {
    name: 'a FLAC stream',
    begins: (bytes) => hasText(bytes, 0, 'fLaC') && hasBytes(bytes, 5, [0, 0, 34]),
    unitLength: endlessUnit,
    surePieces: 1,
  },
  {
    name: 'MP3',
    begins: (bytes) => isId3(bytes) || isRowOfFrames(bytes, mpegUnit),
    unitLength: mpegUnit,
    surePieces: 3,
  },
  {
    name: 'an AAC stream',
    begins: (bytes) => isRowOfFrames(bytes, adtsUnit),
    unitLength: adtsUnit,
    surePieces: 3,
  },
  { name: 'Windows Media (WMA)', begins: isAsf, unitLength: asfUnit, surePieces: 1 },
  { name: 'AC-3', begins: isAc3, unitLength: ac3Unit, surePieces: 3 },
  { name: 'an MPEG transport stream', begins: isTransportStream, unitLength: transportUnit, surePieces: 5 },
  {
    name: 'an AIFF file',
    begins: (bytes) => hasText(bytes, 0, 'FORM') && (hasText(bytes, 8, 'AIFF') || hasText(bytes, 8, 'AIFC')),
    unitLength: aiffUnit,
    surePieces: 1,
  },
  { name: 'an AU file', begins: isAu, unitLength: auUnit, surePieces: 2 },
  {
    name: 'a CAF file',
    begins: (bytes) => hasText(bytes, 0, 'caff\0\u0001\0\0'),
    unitLength: cafUnit,
    surePieces: 2,
  },
  {
    name: 'an AMR file',
    begins: (bytes) => hasText(bytes, 0, '#!AMR\n') || hasText(bytes, 0, '#!AMR-WB\n'),
    unitLength: endlessUnit,
    surePieces: 1,
  },
  {
    name: 'a data URL',
    begins: (bytes) => hasText(bytes, 0, 'data:audio/') || hasText(bytes, 0, 'data:video/'),
    unitLength: endlessUnit,
    surePieces: 1,
  },
];

/** First elements of an EBML header; then a Cluster with its timestamp, where the header was sent too early. */
function isMatroska(bytes: Uint8Array): boolean {
  if (hasBytes(bytes, 0, [0x1a, 0x45, 0xdf, 0xa3])) {
    const at = 4 + sizeBytes(bytes[4]);
    return bytes[at] === 0x42 && [0x86, 0xf7, 0xf2, 0xf3, 0x82, 0x87, 0x85].includes(bytes[at + 1] ?? 0);
  }
  if (!hasBytes(bytes, 0, [0x1f, 0x43, 0xb6, 0x75])) return false;
  const at = 4 + sizeBytes(bytes[4]);
  return bytes[at] === 0xe7 && (bytes[at + 1] ?? 0) > 0x80 && (bytes[at + 1] ?? 0) <= 0x88;
}

function sizeBytes(first = 0): number {
  return Math.clz32(first) - 23;
}

function isMp4(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  const size = viewOf(bytes).getUint32(0);
  if (hasText(bytes, 4, 'moof')) return hasText(bytes, 12, 'mfhd');
  return (
    size >= 16 && size <= 4096 && size % 4 === 0 && (hasText(bytes, 4, 'ftyp') || hasText(bytes, 4, 'styp'))
  );
}

function isAu(bytes: Uint8Array): boolean {
  if (!hasText(bytes, 0, '.snd') || bytes.length < 24) return false;
  const view = viewOf(bytes);
  const [headerBytes, encoding, channels] = [view.getUint32(4), view.getUint32(12), view.getUint32(20)];
  return (
    headerBytes >= 24 &&
    headerBytes < 65_536 &&
    encoding >= 1 &&
    encoding <= 27 &&
    channels >= 1 &&
    channels < 256
  );
}
