import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { ExportFormat } from '../../src-main/contract/audio-format.ts';
import type { Result, WireError } from '../../src-main/contract/errors.ts';
import type { SearchHit } from '../../src-main/contract/search.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';

/** A long action on a session that is running. */
export type SessionTask =
  { readonly kind: 'deleting' | 'renaming' } | { readonly kind: 'exporting'; readonly format: ExportFormat };

export interface LibraryState {
  readonly sessions: readonly SessionRecord[];
  /** Matching the query, shown or not. */
  readonly total: number;
  readonly query: string;
  /** Places where the query was found, best first. */
  readonly hits: readonly SearchHit[];
  readonly loaded: boolean;
  readonly loading: boolean;
  readonly problem: WireError | null;
  readonly tasks: Readonly<Record<string, SessionTask>>;
  /** Why the last action on a session failed, by its id. */
  readonly problems: Readonly<Record<string, WireError>>;
  /** The session whose details are shown. */
  readonly openId: string | null;
}

export interface LibraryController {
  readonly store: StoreApi<LibraryState>;
  refresh(): Promise<void>;
  search(query: string): Promise<void>;
  showMore(): Promise<void>;
  toggle(id: string): void;
  open(id: string): void;
  rename(id: string, title: string): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  exportAs(id: string, format: ExportFormat): Promise<boolean>;
  reveal(id: string): Promise<boolean>;
  dismissProblem(id: string): void;
}

const PAGE_SESSIONS = 50;

export function createLibraryController(api: ApiClient): LibraryController {
  const store = createStore<LibraryState>(() => ({
    sessions: [],
    total: 0,
    query: '',
    hits: [],
    loaded: false,
    loading: false,
    problem: null,
    tasks: {},
    problems: {},
    openId: null,
  }));
  let shown = PAGE_SESSIONS;
  // Answers may arrive out of order while the user types.
  let latest = 0;

  async function refresh(): Promise<void> {
    const turn = ++latest;
    store.setState({ loading: true });
    const query = store.getState().query.trim();
    void findHits(query, turn);
    const answer = await api.call('sessions.list', { limit: shown, ...(query === '' ? {} : { query }) });
    if (turn !== latest) return;
    if (answer.ok) store.setState({ ...answer.value, loading: false, loaded: true, problem: null });
    else store.setState({ loading: false, problem: answer.error });
  }

  /** Runs beside the list, which does not wait for it. */
  async function findHits(query: string, turn: number): Promise<void> {
    if (query === '') return store.setState({ hits: [] });
    const found = await api.call('search', { query });
    if (turn === latest) store.setState({ hits: found.ok ? found.value.hits : [] });
  }

  function dismissProblem(id: string): void {
    store.setState((state) => ({ problems: without(state.problems, id) }));
  }

  async function perform<T>(
    id: string,
    task: SessionTask | null,
    request: () => Promise<Result<T>>,
  ): Promise<boolean> {
    dismissProblem(id);
    if (task !== null) store.setState((state) => ({ tasks: { ...state.tasks, [id]: task } }));
    const answer = await request();
    if (answer.ok && task !== null) await refresh();
    store.setState((state) => ({
      tasks: without(state.tasks, id),
      ...(answer.ok ? {} : { problems: { ...state.problems, [id]: answer.error } }),
    }));
    return answer.ok;
  }

  return {
    store,
    refresh,
    dismissProblem,
    search(query) {
      shown = PAGE_SESSIONS;
      store.setState({ query });
      return refresh();
    },
    showMore() {
      shown = Math.min(1000, shown + PAGE_SESSIONS);
      return refresh();
    },
    toggle: (id) => store.setState((state) => ({ openId: state.openId === id ? null : id })),
    open: (id) => store.setState({ openId: id }),
    rename: (id, title) =>
      perform(id, { kind: 'renaming' }, () => api.call('sessions.update', { id, title: title.trim() })),
    remove: (id) => perform(id, { kind: 'deleting' }, () => api.call('sessions.delete', { id })),
    exportAs: (id, format) =>
      perform(id, { kind: 'exporting', format }, () => api.call('sessions.export', { id, format })),
    reveal: (id) => perform(id, null, () => api.call('sessions.reveal', { id })),
  };
}

function without<Value>(record: Readonly<Record<string, Value>>, key: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
