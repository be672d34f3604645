import { usableBytes } from '../disk/disk-space.ts';
import type { FreeSpace } from '../session/engine.ts';

/** Often enough that the reserve outlasts it: 4 MB hold 10 s of 48 kHz stereo twice over. */
const INTERVAL_MS = 2000;

export interface DiskWatchOptions {
  /** Where recordings that name no folder go now. */
  readonly recordingsDir: () => string;
  readonly fallbackDir: () => string | null;
  /** Other folders that sessions are being recorded to. */
  readonly otherDirs: () => readonly string[];
  readonly onSpace: (space: FreeSpace) => void;
}

/** Looks at the room that is left every few seconds, until stopped. */
export function watchDisk(options: DiskWatchOptions): { stop(): void } {
  const { recordingsDir, fallbackDir, otherDirs, onSpace } = options;
  const look = async (): Promise<void> => {
    const fallback = fallbackDir();
    const elsewhereBytes = new Map<string, number>();
    const measureOther = async (dir: string): Promise<void> => {
      const bytes = await usableBytes(dir);
      if (bytes !== undefined) elsewhereBytes.set(dir, bytes);
    };
    const [usual, inFallback] = await Promise.all([
      usableBytes(recordingsDir()),
      fallback === null ? undefined : usableBytes(fallback),
      ...otherDirs().map(measureOther),
    ]);
    if (usual !== undefined) onSpace({ usualBytes: usual, fallbackBytes: inFallback, elsewhereBytes });
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
    },
  };
}
