import type { LevelReading } from '../capture/capture.ts';

/** Levels arrive ten times a second and more: they go straight to the meter and re-render nothing. */
export interface LevelFeed {
  publish(level: LevelReading): void;
  subscribe(listener: (level: LevelReading) => void): () => void;
}

export function createLevelFeed(): LevelFeed {
  const listeners = new Set<(level: LevelReading) => void>();
  return {
    publish(level) {
      for (const listener of listeners) listener(level);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
