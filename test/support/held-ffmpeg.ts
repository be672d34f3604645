import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** An ffmpeg that answers nothing while it encodes, until it is let go; then it is the real one. */
export interface HeldFfmpeg {
  readonly path: string;
  /** Lets those that hang go on, and those that come. */
  release(): Promise<void>;
  readonly isReleased: () => boolean;
}

export async function heldFfmpeg(realPath: string): Promise<HeldFfmpeg> {
  const folder = await temporaryFolder();
  const path = join(folder, 'ffmpeg');
  const gate = join(folder, 'gate');
  // Asked what it is, it answers at once, or nobody would use it.
  const script = `#!/bin/sh
case "$*" in
  *-i*) while [ ! -e '${gate}' ]; do sleep 0.02; done;;
esac
exec '${realPath}' "$@"
`;
  await writeFile(path, script, { mode: 0o755 });
  return {
    path,
    release: () => writeFile(gate, ''),
    isReleased: () => existsSync(gate),
  };
}
