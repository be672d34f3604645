import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fromJson } from './from-json.ts';

export interface InstanceLock {
  release(): void;
}

/** The file that holds the running instance's process id, in its user data folder. */
export const LOCK_FILE = 'SingletonLock-double';
const KNOCKS = 'SingletonKnocks-double';

/**
 * One process a user data folder, as Electron's lock. Undefined where another has it: that one is told this
 * one's arguments. A lock whose holder was killed is taken over.
 */
export function takeInstanceLock(
  userDataDir: string,
  onSecond: (argv: string[], cwd: string) => void,
): InstanceLock | undefined {
  mkdirSync(userDataDir, { recursive: true });
  const lockPath = join(userDataDir, LOCK_FILE);
  const knocks = join(userDataDir, KNOCKS);
  if (existsSync(lockPath) && isAlive(Number(readFileSync(lockPath, 'utf8')))) {
    mkdirSync(knocks, { recursive: true });
    writeFileSync(
      join(knocks, `${process.pid}.json`),
      JSON.stringify({ argv: process.argv, cwd: process.cwd() }),
    );
    return undefined;
  }
  rmSync(knocks, { recursive: true, force: true });
  mkdirSync(knocks);
  writeFileSync(lockPath, String(process.pid));
  const watcher = watch(knocks, () => {
    for (const name of readdirSync(knocks)) {
      const knock = readKnock(join(knocks, name));
      if (knock !== undefined) onSecond(knock.argv, knock.cwd);
    }
  });
  watcher.unref();
  return {
    release: () => {
      watcher.close();
      rmSync(lockPath, { force: true });
      rmSync(knocks, { recursive: true, force: true });
    },
  };
}

function readKnock(path: string): { argv: string[]; cwd: string } | undefined {
  try {
    const knock = fromJson<{ argv: string[]; cwd: string }>(readFileSync(path, 'utf8'));
    unlinkSync(path);
    return knock;
  } catch {
    // Half written: the next change of the folder brings it again.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
