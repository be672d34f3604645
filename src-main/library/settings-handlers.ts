import type { ApiHandlers, ApiName } from '../contract/api.ts';
import type { Reach } from './reach.ts';
import type { SettingsStore } from './settings-store.ts';

export type SettingsHandlers = Pick<ApiHandlers, Extract<ApiName, `settings.${string}`>>;

/** Reads and changes the settings. */
export function createSettingsHandlers(settings: SettingsStore, reach: Reach): SettingsHandlers {
  return {
    'settings.get': () => settings.get(),
    'settings.update': (patch) => {
      const { recogniser, diarizer } = settings.get();
      reach.requireProgram(patch.recogniser, recogniser);
      reach.requireProgram(patch.diarizer, diarizer);
      reach.requireFolders(patch);
      return settings.update(patch);
    },
  };
}
