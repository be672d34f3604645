import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { createIntakeClient } from './intake-client.ts';

const projectDir = resolve(import.meta.dirname, '../..');
const lineSchema = z.object({ url: z.string(), token: z.string() });

/** The real server as a process of its own, on a data folder that outlives it, and a client that sends it files. */
export async function startIntakeServer(dataDir?: string) {
  const dir = dataDir ?? (await mkdtemp(join(tmpdir(), 'lectern-intake-')));
  if (dataDir === undefined) onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const child = spawn(
    process.execPath,
    [join(projectDir, 'src-main/serve.ts'), '--port', '0', '--dir', dir],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await exited;
  });
  const line = await once(createInterface(child.stdout), 'line').then(([text]: unknown[]) => String(text));
  const address = lineSchema.parse(JSON.parse(line));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    dir,
    recordings: join(dir, 'recordings'),
    intakeDir: join(dir, 'intake'),
    address,
    end,
    ...createIntakeClient(address),
  };
}

/** Every path below a folder, itself left out; none where it is gone. */
export async function pathsUnder(folder: string): Promise<string[]> {
  return existsSync(folder) ? (await readdir(folder, { recursive: true })).sort() : [];
}
