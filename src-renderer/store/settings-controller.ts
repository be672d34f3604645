import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { AppInfo } from '../../src-main/contract/app-info.ts';
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
  /** Asks the engine for its state again. */
  refreshInfo(): Promise<void>;
  /** Shows the change at once; reverts it where the engine refuses it. */
  update(patch: SettingsPatch): Promise<boolean>;
}

export function createSettingsController(api: ApiClient): SettingsController {
  const store = createStore<SettingsState>(() => ({ settings: DEFAULT_SETTINGS, info: null, problem: null }));
  let known: Settings = DEFAULT_SETTINGS;
  /** Changes without an answer. The answer to an earlier change does not include them. */
  let asked: readonly SettingsPatch[] = [];
  let answered: Promise<unknown> = Promise.resolve();

  const show = (state: Partial<SettingsState> = {}) => {
    const settings = asked.reduce<Settings>((shown, patch) => ({ ...shown, ...withoutAbsent(patch) }), known);
    store.setState({ settings, ...state });
  };

  async function ask(patch: SettingsPatch): Promise<boolean> {
    const answer = await api.call('settings.update', patch);
    asked = asked.filter((other) => other !== patch);
    if (answer.ok) known = answer.value;
    show(answer.ok ? {} : { problem: answer.error });
    return answer.ok;
  }

  return {
    store,
    async load() {
      const [settings, info] = await Promise.all([api.call('settings.get', {}), api.call('app.info', {})]);
      if (!settings.ok || !info.ok) {
        const failed = settings.ok ? info : settings;
        store.setState({ problem: failed.ok ? null : failed.error });
        return false;
      }
      known = settings.value;
      show({ info: info.value, problem: null });
      return true;
    },
    async refreshInfo() {
      const info = await api.call('app.info', {});
      if (info.ok) store.setState({ info: info.value });
    },
    update(patch) {
      asked = [...asked, patch];
      show({ problem: null });
      // One after another: each change is based on the one before.
      const answer = answered.then(() => ask(patch));
      answered = answer;
      return answer;
    },
  };
}

function withoutAbsent(patch: SettingsPatch): Partial<Settings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
