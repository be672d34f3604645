import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ApiClient } from '../../src-main/contract/api.ts';
import type { Result, WireError } from '../../src-main/contract/errors.ts';
import type { Job } from '../../src-main/contract/processing.ts';

export interface TranscriptionState {
  /** The session that is looked at. */
  readonly sessionId: string | null;
  /** False until the session's state is known. */
  readonly loaded: boolean;
  /** Its latest transcription job; null where there never was one. */
  readonly job: Job | null;
  /** True while the engine has not answered a request. */
  readonly asking: boolean;
  readonly problem: WireError | null;
}

/** The transcription of the open session: requests it, follows it, cancels it. */
export interface TranscriptionController {
  readonly store: StoreApi<TranscriptionState>;
  /** Loads a session's state, and follows it while a job is running. */
  watch(sessionId: string): Promise<void>;
  unwatch(): void;
  /** Requests it, requests it again, or starts a waiting retry at once. */
  start(): Promise<void>;
  cancel(): Promise<void>;
  dismissProblem(): void;
}

export interface TranscriptionDependencies {
  readonly api: ApiClient;
  readonly after: (milliseconds: number, action: () => void) => void;
  /** Called when there is new text. */
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
  /** Answers for earlier sessions, and earlier answers for this one, are ignored. */
  let watching = 0;

  async function look(sessionId: string, turn: number): Promise<void> {
    const answer = await api.call('jobs.list', { session_id: sessionId, limit: 1 });
    if (turn !== watching) return;
    // Retries an engine that did not answer once. Meanwhile the last known state is shown.
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
