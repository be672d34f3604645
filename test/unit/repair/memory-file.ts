import { decodeMulaw } from '../../../src-main/audio/mulaw.ts';
import type { ByteSource } from '../../../src-main/repair/byte-source.ts';
import type { Cure } from '../../../src-main/repair/finding.ts';

export function memorySource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

/** What a rewriting cure makes of a file. Throws where it asks for bytes that the file does not have. */
export function applyCure(cure: Cure | undefined, file: Buffer): Buffer {
  if (cure?.kind !== 'rewrite') throw new Error('This file has no such cure');
  return Buffer.concat(
    cure.pieces.map((piece) => {
      if ('bytes' in piece) return piece.bytes;
      const { offset, length, convert } = piece;
      if (offset < 0 || length < 0 || offset + length > file.length) throw new Error('Out of the file');
      const bytes = Buffer.from(file.subarray(offset, offset + length));
      if (convert === 'mulaw') return decodeMulaw(bytes);
      return convert === 'swap16' ? bytes.swap16() : bytes;
    }),
  );
}

export interface WavFields {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly byteRate?: number;
  readonly blockBytes?: number;
  readonly bits?: number;
  readonly riffBytes?: number;
  readonly dataBytes?: number;
}

/** A WAV of 44 bytes and these samples, true but for the fields given. */
export function wavOf(audio: Buffer, fields: WavFields = {}, behind: Buffer = Buffer.alloc(0)): Buffer {
  const { tag = 1, channels = 1, sampleRate = 16_000, bits = 16 } = fields;
  const blockBytes = fields.blockBytes ?? (channels * bits) / 8;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(fields.riffBytes ?? 36 + audio.length + behind.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(fields.byteRate ?? (sampleRate * channels * bits) / 8, 28);
  header.writeUInt16LE(blockBytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(fields.dataBytes ?? audio.length, 40);
  return Buffer.concat([header, audio, behind]);
}

/** A chunk with its padding. */
export function chunk(id: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 0, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** Sound with the spectrum of a voice: a few gliding tones and a little noise, the same for the same length. */
export function voiceLike(frames: number, amplitude = 8000): Buffer {
  const pcm = Buffer.alloc(frames * 2);
  let noise = 1;
  for (let frame = 0; frame < frames; frame++) {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0;
    const phase = frame / 16_000;
    const pitch = 2 * Math.PI * (140 * phase + 8 * Math.sin(3 * phase));
    const loudness = 0.55 + 0.45 * Math.sin(2 * Math.PI * 2.3 * phase);
    const wave = Math.sin(pitch) + 0.6 * Math.sin(3 * pitch + 1) + 0.3 * Math.sin(7 * pitch + 2);
    pcm.writeInt16LE(Math.round((wave / 2) * loudness * amplitude + (noise / 2 ** 32 - 0.5) * 90), frame * 2);
  }
  return pcm;
}
