import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The folder that holds package.json. */
export const projectDir = join(import.meta.dirname, '..', '..');

export function readPackageVersion(): string {
  const text = readFileSync(join(projectDir, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
