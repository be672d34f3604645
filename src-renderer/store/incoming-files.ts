import { createStore, type StoreApi } from 'zustand/vanilla';
import type { IncomingFile } from './incoming-file.ts';

export interface IntakeState {
  /** In the order in which they came. */
  readonly files: readonly IncomingFile[];
}

/** Incoming files, each under its own key. */
export interface IncomingFiles {
  readonly store: StoreApi<IntakeState>;
  find(key: number): IncomingFile | undefined;
  change(key: number, patch: Partial<IncomingFile>): void;
  /** Adds a file, waiting for its turn unless `rest` says otherwise. Returns its key. */
  append(name: string, byteSize: number, rest?: Partial<IncomingFile>): number;
  remove(key: number): void;
}

export function createIncomingFiles(): IncomingFiles {
  const store = createStore<IntakeState>(() => ({ files: [] }));
  let lastKey = 0;
  return {
    store,
    find: (key) => store.getState().files.find((file) => file.key === key),
    change: (key, patch) =>
      store.setState(({ files }) => ({
        files: files.map((file) => (file.key === key ? { ...file, ...patch } : file)),
      })),
    append(name, byteSize, rest = {}) {
      const key = ++lastKey;
      const file: IncomingFile = {
        ...{ key, id: null, name, byteSize, stage: 'queued', fraction: null },
        ...{ examination: null, mended: null, session: null, problem: null },
        ...rest,
      };
      store.setState(({ files }) => ({ files: [...files, file] }));
      return key;
    },
    remove: (key) => store.setState(({ files }) => ({ files: files.filter((other) => other.key !== key) })),
  };
}
