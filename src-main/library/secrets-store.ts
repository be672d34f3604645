import { z } from 'zod';
import { LecternError } from '../contract/errors.ts';
import { readJsonFile, writeJsonFile } from '../files/json-file.ts';

const secretsSchema = z.object({
  version: z.literal(1),
  /** By the origin of the server that each key is for, so that it is never sent to another. */
  keys: z.record(z.string(), z.string()),
});

/** Keys for servers, in a file that only its owner may read. Each is sent only to its server. */
export interface SecretsStore {
  keyFor(url: string): string | undefined;
  /** Null removes it. Rejects with WRITE_FAILED. */
  setKey(url: string, key: string | null): Promise<void>;
}

export async function openSecrets(path: string): Promise<SecretsStore> {
  let keys = new Map(Object.entries((await readJsonFile(path, secretsSchema))?.keys ?? {}));
  let writing: Promise<void> = Promise.resolve();
  return {
    keyFor: (url) => keys.get(new URL(url).origin),
    setKey(url, key) {
      const written = writing.then(async () => {
        const changed = new Map(keys);
        if (key === null) changed.delete(new URL(url).origin);
        else changed.set(new URL(url).origin, key);
        await writeJsonFile(path, { version: 1, keys: Object.fromEntries(changed) }).catch(
          (error: unknown) => {
            throw new LecternError(
              'WRITE_FAILED',
              'The key could not be saved. Check that the data folder can be written',
              { cause: error },
            );
          },
        );
        keys = changed;
      });
      writing = written.catch(() => undefined);
      return written;
    },
  };
}
