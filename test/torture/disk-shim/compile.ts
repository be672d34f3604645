import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { temporaryFolder } from '../support/cleanup.ts';

const libraries = new Map<string, string>();

/** A library of this folder's C source of that name, for LD_PRELOAD; compiled once. */
export function compile(source: string): string {
  const known = libraries.get(source);
  if (known !== undefined) return known;
  const path = join(temporaryFolder(), `${basename(source, '.c')}.so`);
  const { status, stderr } = spawnSync(
    'cc',
    ['-shared', '-fPIC', '-O1', '-pthread', '-o', path, join(import.meta.dirname, source), '-ldl'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`expected cc to compile ${source}, it said: ${stderr}`);
  libraries.set(source, path);
  return path;
}
