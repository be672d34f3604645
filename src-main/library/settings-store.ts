import { readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { describeProblem } from '../contract/parse-problem.ts';
import { DEFAULT_SETTINGS, settingsSchema, type Settings, type SettingsPatch } from '../contract/settings.ts';
import { writeAtomically } from '../disk/atomic-file.ts';
import type { Log } from '../runtime/log.ts';
import { checkFolders } from './settings-folders.ts';
import { upgradeSettings } from './settings-versions.ts';
import { makeFolder } from '../disk/make-folder.ts';

/** A thousand profiles take less. */
const MAX_SETTINGS_BYTES = 8 * 1024 * 1024;

export interface SettingsStore {
  get(): Settings;
  /** Rejects with INVALID_INPUT where the settings contradict each other, and with WRITE_FAILED. */
  update(patch: SettingsPatch): Promise<Settings>;
}

/** Settings in a JSON file. A file that cannot be read is set aside, not overwritten, and the defaults are used. */
export function openSettings(path: string, log: Log): SettingsStore {
  let settings = readSettings(path, log);
  let writing: Promise<unknown> = Promise.resolve();
  return {
    get: () => settings,
    update(patch) {
      // Merged in its turn, so that of two concurrent changes neither is lost.
      const updated = writing.then(async () => {
        const next = merge(settings, patch);
        await checkFolders(settings, next);
        await writeSettings(path, next).catch((error: unknown) => {
          throw new LecternError(
            'WRITE_FAILED',
            'The settings could not be saved. Check that the data folder can be written',
            { cause: error },
          );
        });
        settings = next;
        return next;
      });
      writing = updated.catch(() => undefined);
      return updated;
    },
  };
}

function merge(settings: Settings, patch: SettingsPatch): Settings {
  const merged = { ...settings, ...patch };
  const parsed = settingsSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  throw new LecternError('INVALID_INPUT', describeProblem(parsed.error, merged));
}

function readSettings(path: string, log: Log): Settings {
  let text: string;
  try {
    text = readBounded(path);
  } catch {
    return DEFAULT_SETTINGS;
  }
  try {
    return upgradeSettings(JSON.parse(text));
  } catch {
    const aside = `${path}.unreadable-${Date.now()}`;
    renameSync(path, aside);
    log('warn', 'settings.json could not be understood and has been set aside; the defaults are used', {
      aside,
    });
    return DEFAULT_SETTINGS;
  }
}

/**
 * A link is followed: the user made it to keep the settings elsewhere. A file too large for settings is treated like
 * invalid JSON.
 */
function readBounded(path: string): string {
  const stats = statSync(path);
  return stats.isFile() && stats.size <= MAX_SETTINGS_BYTES ? readFileSync(path, 'utf8') : '';
}

async function writeSettings(path: string, settings: Settings): Promise<void> {
  await makeFolder(dirname(path));
  await writeAtomically(path, (file) => file.writeFile(`${JSON.stringify(settings, undefined, 2)}\n`));
}
