import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../../../src-main/contract/settings.ts';

/** Chooses a fallback folder, as a user would in Settings; to be called before the engine starts. */
export function setFallback(dataDir: string, fallbackDir: string): void {
  mkdirSync(fallbackDir, { recursive: true });
  writeFileSync(
    join(dataDir, 'settings.json'),
    JSON.stringify({ ...DEFAULT_SETTINGS, fallback_dir: fallbackDir }),
  );
}
