import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { Result, WireError } from '../../src-main/contract/errors.ts';
import type { Job } from '../../src-main/contract/processing.ts';

export interface TranscriptionState {
  /** The session that is looked at. */
  readonly sessionId: string | null;
  /** False until it is known where the session stands. */
  readonly loaded: boolean;
  /** Its latest way to text; null where none was ever asked for. */
  readonly job: Job | null;
  /** Something was asked of the engine that it has not answered yet. */
  readonly asking: boolean;
  readonly problem: WireError | null;
}

/** How the session that is open gets its text: asked for, followed, called off. */
export interface TranscriptionController {
  readonly store: StoreApi<TranscriptionState>;
  /** Looks where a session stands, and follows it for as long as something is under way. */
  watch(sessionId: string): Promise<void>;
  unwatch(): void;
  /** Asks for it, once more, or at once where it waits. */
  start(): Promise<void>;
  cancel(): Promise<void>;
  dismissProblem(): void;
}

export interface TranscriptionDependencies {
  readonly api: ApiClient;
  readonly after: (milliseconds: number, action: () => void) => void;
  /** There is new text. */
  readonly onText: (sessionId: string) => void;
}

const LOOK_INTERVAL_MS = 1000;

const NOTHING: TranscriptionState = {
  sessionId: null,
  loaded: false,
  job: null,
  asking: false,
  problem: null,
};

export function isJobUnderWay(job: Job | null): boolean {
  return job?.state === 'queued' || job?.state === 'running';
}

export function createTranscriptionController(deps: TranscriptionDependencies): TranscriptionController {
  const { api } = deps;
  const store = createStore<TranscriptionState>(() => NOTHING);
  /** Looks of earlier sessions, and of earlier looks at the same one, count no more. */
  let watching = 0;

  async function look(sessionId: string, turn: number): Promise<void> {
    const answer = await api.call('jobs.list', { session_id: sessionId, limit: 1 });
    if (turn !== watching) return;
    // An engine that does not answer for once is asked again; whoever waits sees what was known last.
    if (answer.ok) show(answer.value.jobs[0] ?? null);
    if (isJobUnderWay(store.getState().job))
      deps.after(LOOK_INTERVAL_MS, () => {
        if (turn === watching) void look(sessionId, turn);
      });
  }

  function show(job: Job | null): void {
    const { job: before, sessionId } = store.getState();
    store.setState({ job, loaded: true });
    if (job?.state === 'completed' && isJobUnderWay(before) && sessionId !== null) deps.onText(sessionId);
  }

  async function ask(request: (sessionId: string) => Promise<Result<Job>>): Promise<void> {
    const { sessionId, asking } = store.getState();
    if (sessionId === null || asking) return;
    store.setState({ asking: true, problem: null });
    const answer = await request(sessionId);
    if (store.getState().sessionId !== sessionId) return;
    store.setState(answer.ok ? { asking: false } : { asking: false, problem: answer.error });
    if (answer.ok) show(answer.value);
    await look(sessionId, ++watching);
  }

  return {
    store,
    async watch(sessionId) {
      if (store.getState().sessionId !== sessionId) store.setState({ ...NOTHING, sessionId });
      await look(sessionId, ++watching);
    },
    unwatch() {
      watching++;
    },
    start: () => ask((id) => api.call('sessions.process', { id })),
    async cancel() {
      const { job } = store.getState();
      if (job !== null) await ask(() => api.call('jobs.cancel', { id: job.id }));
    },
    dismissProblem: () => store.setState({ problem: null }),
  };
}
