import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient, AppInfo } from '../../src-main/contract/api.ts';
import type { WireError } from '../../src-main/contract/errors.ts';
import { DEFAULT_SETTINGS, type Settings, type SettingsPatch } from '../../src-main/contract/settings.ts';

export interface SettingsState {
  readonly settings: Settings;
  /** Null until the engine has answered once. */
  readonly info: AppInfo | null;
  /** Why the engine does not answer, or refused a change. */
  readonly problem: WireError | null;
}

export interface SettingsController {
  readonly store: StoreApi<SettingsState>;
  load(): Promise<boolean>;
  /** Shows the change at once; takes it back where the engine refuses it. */
  update(patch: SettingsPatch): Promise<boolean>;
}

export function createSettings(api: ApiClient): SettingsController {
  const store = createStore<SettingsState>(() => ({ settings: DEFAULT_SETTINGS, info: null, problem: null }));
  return {
    store,
    async load() {
      const [settings, info] = await Promise.all([api.call('settings.get', {}), api.call('app.info', {})]);
      if (!settings.ok || !info.ok) {
        const failed = settings.ok ? info : settings;
        store.setState({ problem: failed.ok ? null : failed.error });
        return false;
      }
      store.setState({ settings: settings.value, info: info.value, problem: null });
      return true;
    },
    async update(patch) {
      const before = store.getState().settings;
      store.setState({ settings: { ...before, ...withoutAbsent(patch) }, problem: null });
      const answer = await api.call('settings.update', patch);
      store.setState(answer.ok ? { settings: answer.value } : { settings: before, problem: answer.error });
      return answer.ok;
    },
  };
}

function withoutAbsent(patch: SettingsPatch): Partial<Settings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
