import type { FileHandle } from 'node:fs/promises';

/** Writes all of `bytes`: a nearly full disk takes a part first and only then reports that it is full. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
