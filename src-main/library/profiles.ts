import { findProfile } from '../contract/recording-profile.ts';
import { LecternError } from '../contract/errors.ts';
import type { Profiles } from '../session/ports.ts';
import type { SettingsStore } from './settings-store.ts';

/**
 * The settings' profiles, as they are when a session starts.
 * @param unnamed the profile of starts that name none. Throws INVALID_INPUT where there is none of that name.
 */
export function createProfiles(settings: Pick<SettingsStore, 'get'>, unnamed: string | undefined): Profiles {
  const names = (): string[] => settings.get().profiles.map(({ name }) => name);
  const find: Profiles['find'] = (name = unnamed) =>
    name === undefined ? undefined : findProfile(settings.get().profiles, name);
  if (unnamed !== undefined && find(unnamed) === undefined)
    throw new LecternError(
      'INVALID_INPUT',
      `Expected a profile to be one of ${names().join(', ')}, got ${JSON.stringify(unnamed)}`,
    );
  return { find, names };
}
