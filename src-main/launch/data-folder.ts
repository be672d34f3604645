import { posix, win32 } from 'node:path';

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}

/** The default folder for Lectern's catalog, settings and recordings; --dir names another. */
export function defaultDataDir({ platform, environment, homeDir }: Machine): string {
  if (platform === 'win32')
    return win32.join(environment.APPDATA ?? win32.join(homeDir, 'AppData', 'Roaming'), 'Lectern');
  if (platform === 'darwin') return posix.join(homeDir, 'Library', 'Application Support', 'Lectern');
  const dataHome = environment.XDG_DATA_HOME;
  // The XDG specification says to ignore relative paths.
  const base = dataHome?.startsWith('/') === true ? dataHome : posix.join(homeDir, '.local', 'share');
  return posix.join(base, 'lectern');
}
