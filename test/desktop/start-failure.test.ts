import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnElectron, type LaunchOptions } from './electron-app.ts';
import { hasScreen, launchToEnd } from './launch-to-end.ts';

interface Failure extends LaunchOptions {
  /** What failed and what to do, as the user reads it. */
  readonly words: RegExp;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lectern-start-failure-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const failures: Record<string, () => Failure> = {
  'the data folder is below a file': () => {
    writeFileSync(join(folder, 'file'), 'not a folder');
    return {
      dataDir: join(folder, 'file', 'data'),
      words: /^The data folder .*file.data cannot be written \(ENOTDIR\)\. .*--dir=FOLDER/,
    };
  },
  'the data folder is one that cannot be': () => ({
    dataDir: process.platform === 'linux' ? '/proc/nope' : join(folder, '\0'),
    words: /^The data folder .* cannot be written \(\w+\)\. .*--dir=FOLDER/,
  }),
  'the catalog is of a newer version': () => {
    const catalog = new Database(join(folder, 'lectern.db'));
    catalog.pragma('user_version = 9999');
    catalog.close();
    return { dataDir: folder, words: /newer/ };
  },
  'a package cannot be loaded': () => ({
    dataDir: folder,
    spoil: (app) => rm(join(app, 'node_modules/zod')),
    words: /^A part of Lectern could not be loaded \(ERR_MODULE_NOT_FOUND\)\. Install Lectern again/,
  }),
  'a file of the app is broken': () => ({
    dataDir: folder,
    async spoil(app) {
      const names = await readdir(join(app, 'out/main'));
      const main = names.find((name) => name.startsWith('desktop-app'));
      writeFileSync(join(app, 'out/main', main ?? ''), 'cut off {');
    },
    words: /^A part of Lectern could not be loaded \(SyntaxError\)\. Install Lectern again/,
  }),
  'the page was not built': () => ({
    dataDir: folder,
    spoil: (app) => rm(join(app, 'out/renderer'), { recursive: true }),
    words: /index\.html cannot be read\. Install Lectern again/,
  }),
};

describeOnElectron('a start that fails', () => {
  it.each(Object.entries(failures))('says so in a box and ends where %s', async (_, prepare) => {
    const { words, ...options } = prepare();
    const { code, stderr, boxTitle } = await launchToEnd(options);
    expect(code, stderr).toBe(1);
    expect(wordsIn(stderr)).toMatch(words);
    expect(stderr).not.toContain('A JavaScript error occurred');
    expect(boxTitle).toBe(hasScreen ? 'Lectern could not start' : undefined);
  });
});

/** Chromium writes there too. */
function wordsIn(stderr: string): unknown {
  const line = stderr.split('\n').find((one) => one.includes('the app could not start'));
  const parsed: unknown = JSON.parse(line ?? '{}');
  return typeof parsed === 'object' && parsed !== null && 'words' in parsed ? parsed.words : undefined;
}
