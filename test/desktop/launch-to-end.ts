import { execFile, spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { environment } from './desktop-environment.ts';
import { launchArguments, type LaunchOptions } from './electron-app.ts';

export interface Ending {
  readonly code: number | null;
  readonly stderr: string;
  /** The title of the box that was on the screen, which was then closed; undefined where there is no screen to look at. */
  readonly boxTitle: string | undefined;
}

/** True where boxes can be seen on a screen. */
export const hasScreen = process.platform === 'linux';

/** Starts the app where it cannot stay: another already runs, or something is wrong. */
export async function launchToEnd(options: LaunchOptions): Promise<Ending> {
  const { executablePath, args } = await launchArguments(options);
  const env = await environment(options.env);
  const child = spawn(executablePath, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const looking = new AbortController();
  const box = hasScreen ? closeBox(env, looking.signal) : undefined;
  const code = await exited;
  looking.abort();
  return { code, stderr, boxTitle: await box };
}

/** Waits for a box of ours on the screen, and answers it as somebody would who presses Return. */
async function closeBox(env: Record<string, string>, signal: AbortSignal): Promise<string | undefined> {
  const xdotool = (...args: string[]): Promise<string> =>
    promisify(execFile)('xdotool', args, { env }).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
  while (!signal.aborted) {
    const [id] = (await xdotool('search', '--onlyvisible', '--name', 'could not start')).split('\n');
    if (id !== undefined && id !== '') {
      const title = await xdotool('getwindowname', id);
      await xdotool('windowfocus', '--sync', id, 'key', '--window', id, 'Return');
      return title;
    }
    await setTimeout(100, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
