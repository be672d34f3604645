import wavefile from 'wavefile';

/** Data bytes beyond which 32-bit sizes wrap, with room for the header and trailing chunks. */
const RIFF_MAX_DATA_BYTES = 0xffff_ffff - 1024 * 1024;
/** A `ds64` chunk with no table: 28 bytes of content (EBU Tech 3306). */
const DS64_CONTENT_BYTES = 28;

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

/** The header of a 16-bit PCM WAV whose length is not yet known. wavefile makes it; the sizes are patched here. */
export function createWavHeader(options: WavHeaderOptions): WavHeader {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(options.channels, options.sampleRate, '16', []);
  const plain = Buffer.from(wav.toBuffer());
  if (!options.mayExceed4GiB)
    return { byteLength: plain.length, forSizes: (data, trailing) => sized(plain, data, trailing) };

  const reserved = Buffer.alloc(8 + DS64_CONTENT_BYTES);
  reserved.write('JUNK', 0, 'latin1');
  reserved.writeUInt32LE(DS64_CONTENT_BYTES, 4);
  const roomy = Buffer.concat([plain.subarray(0, 12), reserved, plain.subarray(12)]);
  return {
    byteLength: roomy.length,
    forSizes: (data, trailing) =>
      data <= RIFF_MAX_DATA_BYTES
        ? sized(roomy, data, trailing)
        : sizedRf64(roomy, data, trailing, options.channels),
  };
}

function sized(template: Buffer, dataBytes: number, trailingBytes: number): Buffer {
  const header = Buffer.from(template);
  header.writeUInt32LE(header.length - 8 + dataBytes + trailingBytes, 4);
  header.writeUInt32LE(dataBytes, header.length - 4);
  return header;
}

function sizedRf64(template: Buffer, dataBytes: number, trailingBytes: number, channels: number): Buffer {
  const header = Buffer.from(template);
  header.write('RF64', 0, 'latin1');
  header.writeUInt32LE(0xffff_ffff, 4);
  header.write('ds64', 12, 'latin1');
  header.writeBigUInt64LE(BigInt(header.length - 8 + dataBytes + trailingBytes), 20);
  header.writeBigUInt64LE(BigInt(dataBytes), 28);
  header.writeBigUInt64LE(BigInt(dataBytes / (2 * channels)), 36);
  header.writeUInt32LE(0xffff_ffff, header.length - 4);
  return header;
}
