import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenSubject } from './subject.ts';

const SYNC_INTERVAL_MS = 1000;

/** The least a recorder could do: append to one open file, fdatasync once a second and at the end, close. */
export const openBareAppend: OpenSubject = async (_, folder) => {
  const path = join(folder, 'bare.pcm');
  const file = await open(path, 'wx');
  let syncing: Promise<void> = Promise.resolve();
  const syncs = setInterval(() => {
    syncing = file.datasync();
  }, SYNC_INTERVAL_MS);
  return {
    async receive(message) {
      if (typeof message === 'string') throw new Error('expected binary audio, got text');
      await file.write(message);
    },
    written: () => Promise.resolve(),
    encodedSeconds: () => Promise.resolve(Infinity),
    async stop() {
      clearInterval(syncs);
      await syncing;
      await file.datasync();
      await file.close();
      return path;
    },
    close: () => Promise.resolve(),
  };
};
