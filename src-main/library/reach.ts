import { isDeepStrictEqual } from 'node:util';
import { LecternError } from '../contract/errors.ts';
import type { DiarizerSettings, RecogniserSettings } from '../contract/processing.ts';
import type { SettingsPatch } from '../contract/settings.ts';
import type { SettingsStore } from './settings-store.ts';

/** Limits what clients may name that makes this machine run a program, contact a server or write to a folder. */
export interface Reach {
  /** Throws FORBIDDEN for a program or server, `wanted`, that differs from the one in the settings, `known`. */
  requireProgram(wanted: RecogniserSettings | DiarizerSettings | undefined, known: object): void;
  /** Throws FORBIDDEN for a folder that is not in the settings yet. */
  requireFolders(patch: SettingsPatch): void;
}

/** With `allowsReach` clients may name anything; without it, only what is already set. */
export function createReach(settings: Pick<SettingsStore, 'get'>, allowsReach: boolean): Reach {
  return {
    requireProgram(wanted, known) {
      if (allowsReach || wanted === undefined || wanted.kind === 'none') return;
      if (!isDeepStrictEqual(wanted, known))
        throw notFromAfar('no program to run and no server to ask is taken');
    },
    requireFolders(patch) {
      if (allowsReach) return;
      const known = new Set(foldersOf(settings.get()));
      if (foldersOf(patch).some((folder) => !known.has(folder))) throw notFromAfar('no folder is taken');
    },
  };
}

function notFromAfar(what: string): LecternError {
  return new LecternError(
    'FORBIDDEN',
    `Lectern is reachable from other machines, so ${what}. Set it while it serves this machine alone, or start it with --allow-reach`,
  );
}

function foldersOf({ recordings_dir, fallback_dir, profiles = [] }: SettingsPatch): string[] {
  const folders = [recordings_dir, fallback_dir, ...profiles.map((profile) => profile.recordings_dir)];
  return folders.filter((folder) => folder !== null && folder !== undefined);
}
