import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const OPEN_RECORDER = new URL('../../../src-main/open-recorder.ts', import.meta.url);

/** Prints what Node has loaded, its own modules and those of packages, once a recorder can be opened. */
const PROGRAM = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  await import(${JSON.stringify(OPEN_RECORDER.href)});
  console.log(JSON.stringify([...loaded, ...process.moduleLoadList]));
`;

test('a recorder keeps in memory neither HTTP clients nor what moves files to the trash before they are needed', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const loaded: unknown = JSON.parse(stdout);
  expect(loaded).toContain(OPEN_RECORDER.href);
  expect(loaded).toContainEqual(expect.stringContaining('better-sqlite3'));
  for (const spared of ['undici/undici', 'NativeModule http2', 'node_modules/trash/'])
    expect(loaded).not.toContainEqual(expect.stringContaining(spared));
});
