import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';

/** The recovered recordings whose notice was read. */
export interface NewsRead {
  has(sessionId: string): boolean;
  add(sessionId: string): void;
}

export interface RecoveryNewsState {
  readonly sessions: readonly SessionRecord[];
}

/** Recordings that a crash had cut off and the last launch put in order, until the user has read the notice. */
export interface RecoveryNews {
  readonly store: StoreApi<RecoveryNewsState>;
  load(recovered: readonly string[]): Promise<void>;
  dismiss(): void;
  /** Removes one that was discarded. */
  drop(sessionId: string): void;
}

/** After many crashes in a row the library shows the rest. */
const MOST_SHOWN = 20;

export function createRecoveryNews(api: ApiClient, read: NewsRead): RecoveryNews {
  const store = createStore<RecoveryNewsState>(() => ({ sessions: [] }));
  return {
    store,
    async load(recovered) {
      const unread = recovered.filter((id) => !read.has(id)).slice(0, MOST_SHOWN);
      const answers = await Promise.all(unread.map((id) => api.call('sessions.get', { id })));
      // A recording that cannot be loaded was discarded already.
      store.setState({ sessions: answers.flatMap((answer) => (answer.ok ? [answer.value] : [])) });
    },
    dismiss() {
      for (const { id } of store.getState().sessions) read.add(id);
      store.setState({ sessions: [] });
    },
    drop: (sessionId) =>
      store.setState(({ sessions }) => ({ sessions: sessions.filter(({ id }) => id !== sessionId) })),
  };
}

const KEY = 'lectern.recovery-news-read';
const KEPT_IDS = 200;

/** Remembers read notices in the browser, so that a reloaded page does not show them again. */
export function storedNewsRead(storage: Storage): NewsRead {
  const ids = () => (storage.getItem(KEY) ?? '').split(' ');
  return {
    has: (sessionId) => ids().includes(sessionId),
    add: (sessionId) => storage.setItem(KEY, [...ids(), sessionId].slice(-KEPT_IDS).join(' ')),
  };
}
