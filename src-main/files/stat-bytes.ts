import { statRegularFile } from '../disk/regular-file.ts';

/** The size of a file, or 0 where there is none. */
export async function statBytes(path: string): Promise<number> {
  return (await statRegularFile(path))?.size ?? 0;
}
