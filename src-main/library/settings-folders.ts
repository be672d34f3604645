import { isAbsolute } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import type { Settings } from '../contract/settings.ts';
import { requireWritableFolder } from '../disk/make-folder.ts';
import { systemCode } from '../files/write-error.ts';

/** The longest path that a system takes. */
const MOST_CHARACTERS = 4096;

/**
 * Checks the folders that a change of settings adds, and makes missing ones. A folder that was set before may be absent
 * now; that does not prevent other changes. Rejects with INVALID_INPUT, naming the setting.
 */
export async function checkFolders(before: Settings, after: Settings): Promise<void> {
  const known = new Set(foldersOf(before).map(([, folder]) => folder));
  for (const [name, folder] of foldersOf(after)) {
    if (folder === null || known.has(folder)) continue;
    const problem = await problemWith(folder);
    if (problem !== undefined)
      throw new LecternError(
        'INVALID_INPUT',
        `${name}: expected an absolute folder that can be written, got ${JSON.stringify(folder.slice(0, 200))} (${problem})`,
      );
  }
}

function foldersOf(settings: Settings): [string, string | null][] {
  const { recordings_dir, fallback_dir, profiles } = settings;
  return [
    ['recordings_dir', recordings_dir],
    ['fallback_dir', fallback_dir],
    ...profiles.map(({ recordings_dir: own }, index): [string, string | null] => [
      `profiles.${index}.recordings_dir`,
      own,
    ]),
  ];
}

async function problemWith(folder: string): Promise<string | undefined> {
  if (folder.includes('\0')) return 'it has a NUL byte in it';
  if (folder.length > MOST_CHARACTERS) return `it has ${folder.length} characters`;
  if (!isAbsolute(folder)) return 'it is relative';
  return requireWritableFolder(folder).then(
    () => undefined,
    (error: unknown) => systemCode(error),
  );
}
