import { execFileSync } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';

/** What can have a file's name without being one. */
export type Impostor = 'link' | 'fifo' | 'device' | 'broken link';

/** Puts it in the place of a file. A link leads to `outside`. */
export async function plantImpostor(kind: Impostor, path: string, outside: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  if (kind === 'fifo') execFileSync('mkfifo', [path]);
  else if (kind === 'link') await symlink(outside, path);
  else if (kind === 'device') await symlink('/dev/zero', path);
  else await symlink(`${outside}.made`, path);
}
