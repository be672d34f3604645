/** G.711 mu-law: bias added before the logarithm, in 14-bit units shifted to 16 bits (ITU-T G.711, table 2a). */
const BIAS = 0x84;

/** 16-bit linear value of each mu-law byte. */
const DECODED = Int16Array.from({ length: 256 }, (_, byte) => decodeByte(byte));

function decodeByte(byte: number): number {
  const inverted = ~byte & 0xff;
  const exponent = (inverted >> 4) & 0x07;
  const mantissa = inverted & 0x0f;
  const magnitude = (((mantissa << 3) + BIAS) << exponent) - BIAS;
  return (inverted & 0x80) === 0 ? magnitude : -magnitude;
}

/**
 * Decodes mu-law bytes, one a sample.
 * @returns signed 16-bit little-endian samples, twice as many bytes, in a new buffer.
 */
export function decodeMulaw(bytes: Uint8Array): Uint8Array {
  const pcm = new Uint8Array(bytes.length * 2);
  const view = new DataView(pcm.buffer);
  for (let index = 0; index < bytes.length; index++)
    view.setInt16(index * 2, DECODED[bytes[index] ?? 0xff] ?? 0, true);
  return pcm;
}
