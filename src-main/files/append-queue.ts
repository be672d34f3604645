/** Most buffers the system takes in one call (IOV_MAX on Linux and macOS). */
const MAX_BATCH_BUFFERS = 512;

interface Append {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Buffers waiting to be written to a file: in order, as many as possible in one call. */
export interface AppendQueue {
  /** Resolves once the bytes are written; they are kept until then. Rejects with the reason where they were not. */
  append(bytes: Uint8Array): Promise<void>;
  readonly queuedBytes: number;
  /** Resolves once nothing is queued. */
  drained(): Promise<void>;
}

/** @param write writes a batch, and returns an error where not all of it could be written; must not reject */
export function createAppendQueue(
  write: (batch: readonly Uint8Array[]) => Promise<Error | undefined>,
): AppendQueue {
  let queue: Append[] = [];
  let queuedBytes = 0;
  let draining: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, MAX_BATCH_BUFFERS);
      queue = queue.slice(MAX_BATCH_BUFFERS);
      const failure = await write(batch.map(({ bytes }) => bytes));
      for (const { bytes, resolve, reject } of batch) {
        queuedBytes -= bytes.byteLength;
        if (failure === undefined) resolve();
        else reject(failure);
      }
    }
    draining = undefined;
  };

  return {
    append: (bytes) =>
      new Promise((resolve, reject) => {
        queue.push({ bytes, resolve, reject });
        queuedBytes += bytes.byteLength;
        draining ??= drain();
      }),
    get queuedBytes() {
      return queuedBytes;
    },
    async drained() {
      await draining;
    },
  };
}
