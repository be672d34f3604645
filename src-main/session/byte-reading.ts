/** True where `text`, in ASCII, stands at `at`. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  if (bytes.length < at + text.length) return false;
  for (let index = 0; index < text.length; index++)
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

/** True where these values stand at `at`. */
export function hasBytes(bytes: Uint8Array, at: number, values: readonly number[]): boolean {
  return bytes.length >= at + values.length && values.every((value, index) => bytes[at + index] === value);
}
