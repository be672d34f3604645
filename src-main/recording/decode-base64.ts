/** Strict base64 (RFC 4648 §4, padded): undefined for anything else, as Node's own decoder skips what it dislikes. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}
