import { isBuiltin } from 'node:module';
import { dirname, resolve as resolvePath } from 'node:path';

// What eslint-plugin-boundaries asks where an import leads. Imports here are written with their extension, so the
// path says it all; Vite's `?worker&url` and the like are not part of it.

export const interfaceVersion = 2;

interface Resolved {
  readonly found: boolean;
  /** Null for what is not a file of ours. */
  readonly path?: string | null;
}

export function resolve(source: string, importer: string): Resolved {
  if (isBuiltin(source)) return { found: true, path: null };
  if (!source.startsWith('.')) return { found: false };
  return { found: true, path: resolvePath(dirname(importer), source.replace(/\?.*$/, '')) };
}
