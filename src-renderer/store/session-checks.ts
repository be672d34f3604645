import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { WireError } from '../../src-main/contract/errors.ts';
import type { FileCheck } from '../../src-main/contract/repair.ts';

/** The result of checking one session. */
export interface SessionCheck {
  readonly running: boolean;
  /** Counts checks that may have changed the files: players have to open them again. */
  readonly times: number;
  readonly files: readonly FileCheck[] | null;
  readonly problem: WireError | null;
}

export interface SessionChecksState {
  /** By session id. */
  readonly checks: Readonly<Record<string, SessionCheck>>;
}

/** Has the engine check the files of sessions, and mend what it can. */
export interface SessionChecks {
  readonly store: StoreApi<SessionChecksState>;
  check(sessionId: string): Promise<void>;
}

/** @param onChecked called when files may be back and rows may have changed */
export function createSessionChecks(api: ApiClient, onChecked: () => Promise<void>): SessionChecks {
  const store = createStore<SessionChecksState>(() => ({ checks: {} }));
  const set = (id: string, check: SessionCheck): void =>
    store.setState(({ checks }) => ({ checks: { ...checks, [id]: check } }));
  return {
    store,
    async check(id) {
      const { running = false, times = 0 } = store.getState().checks[id] ?? {};
      if (running) return;
      set(id, { running: true, times, files: null, problem: null });
      const answer = await api.call('sessions.repair', { id });
      if (answer.ok) await onChecked();
      set(id, {
        running: false,
        times: times + 1,
        files: answer.ok ? answer.value.files : null,
        problem: answer.ok ? null : answer.error,
      });
    },
  };
}
