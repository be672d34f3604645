import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { WireError } from '../../src-main/contract/errors.ts';
import type { RecogniserSettings, RecogniserTrial } from '../../src-main/contract/processing.ts';

export interface RecogniserSetupState {
  /** A key is kept for the server of the settings. */
  readonly hasKey: boolean;
  readonly trying: boolean;
  /** The result of the last trial of the present draft. */
  readonly trial: RecogniserTrial | null;
  readonly saved: boolean;
  readonly problem: WireError | null;
}

/** Choosing a recogniser and trying it. Keys pass through and are not stored in the page. */
export interface RecogniserSetup {
  readonly store: StoreApi<RecogniserSetupState>;
  load(): Promise<void>;
  /** @param key only where a new one was typed */
  save(recogniser: RecogniserSettings, key?: string): Promise<boolean>;
  removeKey(baseUrl: string): Promise<void>;
  tryOut(recogniser: RecogniserSettings, key?: string): Promise<void>;
  /** The draft has changed: an earlier trial's result is removed. */
  changed(): void;
}

/** @param saveSettings shows the change everywhere at once; returns the error where the engine refuses it */
export function createRecogniserSetup(
  api: ApiClient,
  saveSettings: (recogniser: RecogniserSettings) => Promise<WireError | null>,
): RecogniserSetup {
  const store = createStore<RecogniserSetupState>(() => ({
    hasKey: false,
    trying: false,
    trial: null,
    saved: false,
    problem: null,
  }));
  /** A trial takes as long as the recogniser does; meanwhile the user may start another. */
  let latest = 0;

  async function load(): Promise<void> {
    const answer = await api.call('recogniser.state', {});
    if (answer.ok) store.setState({ hasKey: answer.value.has_key });
  }

  async function setKey(base_url: string, key: string | null): Promise<boolean> {
    const answer = await api.call('recogniser.key', { base_url, key });
    store.setState(answer.ok ? { hasKey: answer.value.has_key } : { problem: answer.error });
    return answer.ok;
  }

  return {
    store,
    load,
    async save(recogniser, key) {
      store.setState({ saved: false, problem: null });
      const problem = await saveSettings(recogniser);
      if (problem !== null) {
        store.setState({ problem });
        return false;
      }
      if (recogniser.kind === 'openai' && key !== undefined && !(await setKey(recogniser.base_url, key)))
        return false;
      await load();
      store.setState({ saved: true });
      return true;
    },
    async removeKey(baseUrl) {
      store.setState({ problem: null });
      await setKey(baseUrl, null);
    },
    async tryOut(recogniser, key) {
      const turn = ++latest;
      store.setState({ trying: true, trial: null, problem: null });
      const answer = await api.call('recogniser.try', {
        recogniser,
        ...(key === undefined ? {} : { key }),
      });
      if (turn !== latest) return;
      store.setState(
        answer.ok ? { trying: false, trial: answer.value } : { trying: false, problem: answer.error },
      );
    },
    changed() {
      latest++;
      store.setState({ trying: false, trial: null, saved: false, problem: null });
    },
  };
}
