import { readFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { DEFAULT_SETTINGS, settingsSchema, type Settings, type SettingsPatch } from '../contract/settings.ts';
import { LecternError } from '../contract/errors.ts';
import type { Log } from '../session/ports.ts';

export interface SettingsStore {
  get(): Settings;
  update(patch: SettingsPatch): Promise<Settings>;
}

/** Settings in a JSON file. One that cannot be read is set aside, not overwritten, and the defaults serve. */
export function openSettings(path: string, log: Log): SettingsStore {
  let settings = readSettings(path, log);
  let writing: Promise<void> = Promise.resolve();
  return {
    get: () => settings,
    async update(patch) {
      const next = settingsSchema.parse({ ...settings, ...patch });
      const write = writing.then(() => writeSettings(path, next));
      writing = write.catch(() => undefined);
      await write.catch((error: unknown) => {
        throw new LecternError(
          'WRITE_FAILED',
          'The settings could not be saved. Check that the data folder can be written',
          {
            cause: error,
          },
        );
      });
      settings = next;
      return settings;
    },
  };
}

function readSettings(path: string, log: Log): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return DEFAULT_SETTINGS;
  }
  try {
    return settingsSchema.parse({ ...DEFAULT_SETTINGS, ...z.looseObject({}).parse(JSON.parse(text)) });
  } catch {
    log('warn', 'settings.json could not be understood; the defaults are used until a setting is changed');
    return DEFAULT_SETTINGS;
  }
}

async function writeSettings(path: string, settings: Settings): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(settings, undefined, 2)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
