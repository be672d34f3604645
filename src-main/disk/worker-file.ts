import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where the script of a worker thread is: beside the module that starts it, or beside the bundle that this module became
 * part of; undefined where it is not installed.
 * @param from the `import.meta.url` of that module.
 * @param source the script's name there.
 * @param bundled its name as a bundle of its own.
 */
export function findWorkerFile(from: string, source: string, bundled: string): URL | undefined {
  return [source, bundled, `../${bundled}`]
    .map((file) => new URL(file, from))
    .find((url) => existsSync(fileURLToPath(url)));
}
