import { usableBytes } from '../files/disk-space.ts';
import type { FreeSpace } from '../session/engine.ts';

/** Often enough that the reserve outlasts it: 4 MB hold 10 s of 48 kHz stereo twice over. */
const INTERVAL_MS = 2000;

export interface DiskWatchOptions {
  readonly recordingsDir: string;
  readonly fallbackDir: () => string | null;
  readonly onSpace: (space: FreeSpace) => void;
}

/** Looks at the room that is left every few seconds, until stopped. */
export function watchDisk({ recordingsDir, fallbackDir, onSpace }: DiskWatchOptions): { stop(): void } {
  const look = async (): Promise<void> => {
    const fallback = fallbackDir();
    const [usual, other] = await Promise.all([
      usableBytes(recordingsDir),
      fallback === null ? undefined : usableBytes(fallback),
    ]);
    if (usual !== undefined) onSpace({ usualBytes: usual, fallbackBytes: other });
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
    },
  };
}
