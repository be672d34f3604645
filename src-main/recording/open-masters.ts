import type { WavWriter } from '../files/wav-writer.ts';

/** The masters that are being written. */
export interface OpenMasters {
  /** Adds a master. Returns a function that takes it out again once it is final. */
  add(master: Pick<WavWriter, 'sync'>): () => void;
  /** Resolves once everything given to the masters before this call is on the disk. */
  sync(): Promise<void>;
}

export function createOpenMasters(): OpenMasters {
  const open = new Set<Pick<WavWriter, 'sync'>>();
  return {
    add(master) {
      open.add(master);
      return () => void open.delete(master);
    },
    async sync() {
      await Promise.all([...open].map((master) => master.sync()));
    },
  };
}
