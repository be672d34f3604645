import type { WaveFormat } from '../audio/wave-format.ts';
import type { Fault, RepairHints } from './finding.ts';

/** Far above any recorder's values. Beyond this, the header's fields are damaged. */
const MAX_BLOCK_BYTES = 0x1000;
const PLAIN_TAGS = new Set([1, 3, 6, 7]);
const USUAL_RATES = new Set([
  8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000, 176_400,
  192_000,
]);

/** True for uncompressed samples, whose fields must agree with each other. */
export function isPlain(format: WaveFormat): boolean {
  return PLAIN_TAGS.has(format.tag);
}

/** Bytes of a frame of plain samples. Each sample takes whole bytes, even with fewer bits. */
export function plainBlockBytes({ channels, bitsPerSample }: WaveFormat): number {
  return channels * Math.ceil(bitsPerSample / 8);
}

export function withRate(format: WaveFormat, sampleRate: number): WaveFormat {
  const blockBytes = isPlain(format) ? plainBlockBytes(format) : format.blockBytes;
  return { ...format, sampleRate, blockBytes, byteRate: sampleRate * blockBytes };
}

export interface FormatFinding {
  /** The correct format. */
  readonly format: WaveFormat;
  readonly faults: readonly Fault[];
  /** Why the correct format is not known. */
  readonly reason?: string;
}

/** Checks the fields against each other, and against the user's facts. */
export function checkWavFormat(format: WaveFormat, hints: RepairHints): FormatFinding {
  const { channels, bitsPerSample, sampleRate, byteRate, blockBytes } = format;
  if (!isPlain(format)) return { format, faults: [] };
  const expectedBlock = plainBlockBytes(format);
  if (expectedBlock < 1 || expectedBlock > MAX_BLOCK_BYTES || bitsPerSample > 64) {
    const message = `its header declares ${channels} channels of ${bitsPerSample} bits`;
    return {
      format,
      faults: [{ code: 'inconsistent-format', message }],
      reason: 'there are no samples of that shape',
    };
  }
  if (hints.sampleRate !== undefined && hints.sampleRate !== sampleRate && hints.named === true) {
    const message = `its header declares ${sampleRate} Hz where ${hints.sampleRate} Hz was given`;
    return { format: withRate(format, hints.sampleRate), faults: [{ code: 'wrong-rate', message }] };
  }
  if (byteRate === sampleRate * expectedBlock && blockBytes === expectedBlock && sampleRate > 0)
    return { format, faults: [] };

  const otherRate = byteRate / expectedBlock;
  const declares =
    `its header declares ${sampleRate} Hz, ${channels} channels of ${bitsPerSample} bits, ` +
    `but ${byteRate} bytes a second in blocks of ${blockBytes}`;
  if (hints.sampleRate !== undefined)
    return {
      format: withRate(format, hints.sampleRate),
      faults: [{ code: 'wrong-rate', message: declares }],
    };
  if (blockBytes === expectedBlock && otherRate !== sampleRate && USUAL_RATES.has(otherRate)) {
    const message = `${declares}, which belong to ${otherRate} Hz (--rate decides otherwise)`;
    return { format: withRate(format, otherRate), faults: [{ code: 'wrong-rate', message }] };
  }
  if (USUAL_RATES.has(sampleRate)) {
    if (blockBytes !== expectedBlock && blockBytes * sampleRate === byteRate) {
      const reason = 'either its channels or its blocks are wrong, and the file does not tell which';
      return { format, faults: [{ code: 'inconsistent-format', message: declares }], reason };
    }
    return {
      format: withRate(format, sampleRate),
      faults: [{ code: 'inconsistent-format', message: declares }],
    };
  }
  const reason = 'its rate cannot be told from that: give it with --rate';
  return { format, faults: [{ code: 'wrong-rate', message: declares }], reason };
}
