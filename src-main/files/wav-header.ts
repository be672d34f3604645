import wavefile from 'wavefile';
import { DS64_CONTENT_BYTES, sizedRf64Header, sizedWavHeader } from '../audio/wav-sizes.ts';

/** Data bytes beyond which 32-bit sizes wrap, with room for the header and trailing chunks. */
const RIFF_MAX_DATA_BYTES = 0xffff_ffff - 1024 * 1024;

export interface WavHeader {
  /** Bytes before the samples. */
  readonly byteLength: number;
  /** The whole header for a file with this much audio, and this much after it (cue points). */
  forSizes(dataBytes: number, trailingBytes: number): Buffer;
}

export interface WavHeaderOptions {
  readonly sampleRate: number;
  readonly channels: number;
  /**
   * Leaves room to become RF64 in place when the file grows past 4 GiB. Off, the header is the plain 44 bytes that
   * every reader knows, and the caller sees to it that the file stays smaller.
   */
  readonly mayExceed4GiB: boolean;
}

/** The header of a 16-bit PCM WAV whose length is not yet known. wavefile makes it, without any sizes. */
export function createWavHeader(options: WavHeaderOptions): WavHeader {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(options.channels, options.sampleRate, '16', []);
  const plain = Buffer.from(wav.toBuffer());
  if (!options.mayExceed4GiB)
    return {
      byteLength: plain.length,
      forSizes: (data, trailing) => Buffer.from(sizedWavHeader(plain, data, trailing).buffer),
    };

  const reserved = Buffer.alloc(8 + DS64_CONTENT_BYTES);
  reserved.write('JUNK', 0, 'latin1');
  reserved.writeUInt32LE(DS64_CONTENT_BYTES, 4);
  const roomy = Buffer.concat([plain.subarray(0, 12), reserved, plain.subarray(12)]);
  return {
    byteLength: roomy.length,
    forSizes(data, trailing) {
      const header =
        data <= RIFF_MAX_DATA_BYTES
          ? sizedWavHeader(roomy, data, trailing)
          : sizedRf64Header(roomy, data, trailing, 2 * options.channels);
      return Buffer.from(header.buffer);
    },
  };
}
