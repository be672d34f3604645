import { join } from 'node:path';
import type { EngineOptions } from '../support/browser-app.ts';
import { createDiskFaults, type DiskFaults } from '../torture/disk-shim/disk-shim.ts';
import { setFallback } from '../torture/support/fallback.ts';
import { unmount } from '../torture/support/cleanup.ts';
import { fillDisk, freeBytes, mountSmallDisk } from '../torture/support/small-disk.ts';

/** Recordings go to a disk of this size, and on to a spare folder if there is to be one. */
export function smallDisk(mebibytes: number, { spare = false } = {}): EngineOptions {
  const recordings = (dataDir: string) => join(dataDir, 'recordings');
  return {
    prepare(dataDir) {
      mountSmallDisk(recordings(dataDir), mebibytes);
      if (spare) setFallback(dataDir, join(dataDir, 'spare'));
      return {};
    },
    tidy: (dataDir) => unmount(recordings(dataDir)),
  };
}

/** A disk that stalls, or fails, when it is told to; `folder` of the data folder is on it. */
export function faultyDisk({ folder = 'recordings', match = '.wav', spare = false } = {}) {
  let faults: DiskFaults | undefined;
  const engine: EngineOptions = {
    prepare(dataDir) {
      faults = createDiskFaults(join(dataDir, folder), match);
      if (spare) setFallback(dataDir, join(dataDir, 'spare'));
      return { ...faults.env };
    },
  };
  return {
    engine,
    get faults(): DiskFaults {
      if (faults === undefined) throw new Error('expected the engine to have been started on this disk');
      return faults;
    },
  };
}

/** Takes all the room that is left, whatever the engine writes meanwhile. */
export function fillUp(path: string): void {
  try {
    fillDisk(path, freeBytes(path));
  } catch {
    // Full before the last byte of it.
  }
}
