import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { passingFailure } from './failures.ts';

/**
 * The output that a program wrote to its given path. Some programs add an extension to the name, others make it a
 * folder. Rejects with RECOGNISER_FAILED where there is nothing, or too much.
 * @param written the value of `{output}` for the program.
 * @param name the program's, for messages.
 */
export async function readOutputFile(
  written: string,
  extensions: readonly string[],
  maxBytes: number,
  name: string,
): Promise<Buffer> {
  const path = await findOutputFile(written, extensions);
  if (path === undefined)
    throw passingFailure(
      'RECOGNISER_FAILED',
      `${name} ended well, but wrote no file. Expected it at {output}, there with ${extensions.join(' or ')} added, or ` +
        'in a folder of that name',
    );
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > maxBytes)
      throw passingFailure(
        'RECOGNISER_FAILED',
        `${name} wrote ${size} bytes, where at most ${maxBytes} were expected`,
      );
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function findOutputFile(written: string, extensions: readonly string[]): Promise<string | undefined> {
  for (const path of [written, ...extensions.map((extension) => written + extension)])
    if (await isFile(path)) return path;
  const inside = await readdir(written).catch(() => []);
  const [only, ...others] = inside.filter((file) => extensions.some((extension) => file.endsWith(extension)));
  return only === undefined || others.length > 0 ? undefined : join(written, only);
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
