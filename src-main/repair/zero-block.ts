const ZEROS = Buffer.alloc(1024 * 1024);

/** True where a block of up to 1 MiB holds nothing but zeros. */
export function isZeroBlock(block: Uint8Array): boolean {
  return ZEROS.subarray(0, block.length).equals(block);
}
