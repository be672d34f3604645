import { stat } from 'node:fs/promises';

/** The size of a file, or 0 where there is none. */
export async function statBytes(path: string): Promise<number> {
  return stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
}
