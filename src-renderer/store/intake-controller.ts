import type { StoreApi } from 'zustand/vanilla';
import type { ApiClient, ApiInput } from '../../src-main/contract/api.ts';
import type { Result, WireError } from '../../src-main/contract/errors.ts';
import { INTAKE_PIECE_BYTES } from '../../src-main/contract/intake.ts';
import type { SendPiece } from '../session/send-piece.ts';
import type { IncomingStage } from './incoming-file.ts';
import { createIncomingFiles, type IntakeState } from './incoming-files.ts';

/** Files from outside: sent to the engine one after another, examined, mended, added or discarded. */
export interface IntakeController {
  readonly store: StoreApi<IntakeState>;
  /** Takes files that were chosen or dropped. */
  take(files: readonly File[]): void;
  /** Adds a line for a dropped folder. It says what to do instead. */
  refuseFolder(name: string): void;
  /** Examines the file again, with the user's facts. */
  examineAs(key: number, known: Omit<ApiInput<'intake.examine'>, 'id'>): Promise<void>;
  /** Makes the mended copy. Returns its address; undefined where that failed. */
  mend(key: number): Promise<string | undefined>;
  add(key: number): Promise<void>;
  /** Cancels a file's work, and discards the file here and in the engine. */
  discard(key: number): void;
  /** The page is closing: discards every file that was not added. */
  leave(): void;
}

export interface IntakeDependencies {
  readonly api: ApiClient;
  readonly sendPiece: SendPiece;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly onAdded: () => void;
}

/** How often the progress of long work is asked. */
const PROGRESS_MS = 500;

export function createIntakeController({
  api,
  sendPiece,
  after,
  onAdded,
}: IntakeDependencies): IntakeController {
  const incoming = createIncomingFiles();
  const { store, find, change } = incoming;
  const sources = new Map<number, { readonly file: File; readonly abort: AbortController }>();
  let sending = false;

  const fail = (key: number, problem: WireError): void => {
    change(key, { stage: 'failed', fraction: null, problem });
  };

  async function sendNext(): Promise<void> {
    if (sending) return;
    sending = true;
    try {
      for (;;) {
        const next = store.getState().files.find(({ stage }) => stage === 'queued');
        if (next === undefined) return;
        await send(next.key);
      }
    } finally {
      sending = false;
    }
  }

  /** Sends one file and waits for its examination. */
  async function send(key: number): Promise<void> {
    const source = sources.get(key);
    if (source === undefined) return;
    const { file, abort } = source;
    change(key, { stage: 'receiving', fraction: 0 });
    const begun = await api.call('intake.begin', {
      name: file.name.slice(0, 1000),
      byte_size: file.size,
      modified_ms: file.lastModified,
    });
    if (!begun.ok) return fail(key, begun.error);
    const { id, name } = begun.value;
    // The user discarded it while it was being announced.
    if (find(key) === undefined) return forget(id);
    change(key, { id, name });
    for (let offset = 0; offset < file.size;) {
      const piece = file.slice(offset, offset + INTAKE_PIECE_BYTES);
      const sent = await sendPiece(id, offset, piece, abort.signal);
      if (abort.signal.aborted) return;
      if (!sent.ok) {
        forget(id);
        return fail(key, sent.error);
      }
      offset = sent.value;
      change(key, { fraction: offset / file.size });
    }
    sources.delete(key);
    await examine(key, {});
  }

  async function examine(key: number, known: Omit<ApiInput<'intake.examine'>, 'id'>): Promise<void> {
    const answer = await work(key, 'examining', (id) => api.call('intake.examine', { id, ...known }));
    if (answer?.ok === true) change(key, { stage: 'examined', examination: answer.value, mended: null });
  }

  /** Runs an action of the engine on a file, with progress; undefined where there is no such file. */
  async function work<T>(
    key: number,
    stage: IncomingStage,
    request: (id: string) => Promise<Result<T>>,
  ): Promise<Result<T> | undefined> {
    const id = find(key)?.id ?? undefined;
    if (id === undefined) return undefined;
    change(key, { stage, fraction: null, problem: null });
    watch(key, id, stage);
    const answer = await request(id);
    change(key, { fraction: null });
    if (!answer.ok) {
      const wasExamined = find(key)?.examination !== null;
      change(key, { stage: wasExamined ? 'examined' : 'failed', problem: answer.error });
    }
    return answer;
  }

  function watch(key: number, id: string, stage: IncomingStage): void {
    after(PROGRESS_MS, () => {
      if (find(key)?.stage !== stage) return;
      void api.call('intake.progress', { id }).then((answer) => {
        if (answer.ok && find(key)?.stage === stage) change(key, { fraction: answer.value.fraction });
        watch(key, id, stage);
      });
    });
  }

  function forget(id: string): void {
    void api.call('intake.discard', { id });
  }

  function discard(key: number): void {
    const file = find(key);
    sources.get(key)?.abort.abort();
    sources.delete(key);
    incoming.remove(key);
    if (file?.id != null && file.stage !== 'added') forget(file.id);
  }

  return {
    store,
    take(files) {
      for (const file of files) {
        const key = incoming.append(file.name, file.size);
        sources.set(key, { file, abort: new AbortController() });
      }
      void sendNext();
    },
    refuseFolder(name) {
      const message = 'Expected files, got a folder';
      incoming.append(name, 0, { stage: 'failed', problem: { code: 'FILE_UNREADABLE', message } });
    },
    examineAs: examine,
    async mend(key) {
      const mended = find(key)?.mended;
      if (mended != null) return mended.url;
      const answer = await work(key, 'mending', (id) => api.call('intake.mend', { id }));
      if (answer?.ok !== true) return undefined;
      change(key, { stage: 'examined', mended: answer.value });
      return answer.value.url;
    },
    async add(key) {
      const answer = await work(key, 'adding', (id) => api.call('intake.add', { id }));
      if (answer?.ok !== true) return;
      change(key, { stage: 'added', session: answer.value });
      onAdded();
    },
    discard,
    leave() {
      for (const file of store.getState().files) if (file.stage !== 'added') discard(file.key);
    },
  };
}
