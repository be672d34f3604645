import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromJson } from './from-json.ts';

export interface DoubleOptions {
  readonly chromiumPath: string;
  readonly chromiumArgs: readonly string[];
}

/** The environment variable by which launch.ts says which Chromium, and how. */
export const OPTIONS_VARIABLE = 'ELECTRON_DOUBLE_OPTIONS';

export function readOptions(): DoubleOptions {
  const text = process.env[OPTIONS_VARIABLE];
  if (text === undefined) throw new Error(`expected ${OPTIONS_VARIABLE} to be set by launch.ts`);
  return fromJson(text);
}

let chosenUserDataDir: string | undefined;

export function setUserDataDir(path: string): void {
  chosenUserDataDir = path;
}

export function userDataDir(): string {
  return chosenUserDataDir ?? join(homedir(), '.config', 'lectern');
}
