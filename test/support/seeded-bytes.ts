/** Bytes that look like noise and are the same for the same seed (xorshift32). */
export function seededBytes(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed + 1) * 0x9e3779b1;
  for (let index = 0; index < length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state >>> 8;
  }
  return bytes;
}
