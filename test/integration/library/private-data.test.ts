import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

/** What others may open below a folder, the folder included. */
async function openToOthers(folder: string): Promise<string[]> {
  const names = ['', ...(await readdir(folder, { recursive: true }))];
  const modes = await Promise.all(
    names.map(async (name) => [name, await modeOf(join(folder, name))] as const),
  );
  return modes
    .filter(([, mode]) => (mode & 0o077) !== 0)
    .map(([name, mode]) => `${name} ${mode.toString(8)}`);
}

async function openLogged(dataDir: string) {
  const said: string[] = [];
  const opened = await openOwnRecorder({
    dataDir,
    log: (_, message) => said.push(message),
    encoder: createEncoder({ ffmpeg: undefined, log: () => undefined }),
  });
  return { ...opened, said };
}

test('a data folder that is open to everybody becomes private with all that is in it, and it is said', async () => {
  const dataDir = join(await temporaryFolder(), 'data');
  const first = await openLogged(dataDir);
  const connection = first.recorder.connect('talk', { send: () => undefined });
  void connection.receiveText('{"action":"start","format":"mp4"}');
  await connection.receiveBinary(seededBytes(1, 32_000));
  await connection.receiveText('{"action":"stop"}');
  await first.recorder.handlers['settings.update']({ fallback_dir: null });
  await first.recorder.close();
  for (const name of ['', 'recordings', 'recordings/talk']) await chmod(join(dataDir, name), 0o777);
  for (const name of ['lectern.db', 'settings.json']) await chmod(join(dataDir, name), 0o666);
  const { said } = await openLogged(dataDir);
  expect(await openToOthers(dataDir)).toEqual([]);
  expect(said).toContainEqual(expect.stringContaining('the data folder was open to others'));
});

test('a folder that holds other things keeps its permissions, and it is said', async () => {
  const dataDir = await temporaryFolder();
  await writeFile(join(dataDir, 'thesis.odt'), '');
  const elsewhere = join(await temporaryFolder(), 'shared');
  await mkdir(elsewhere);
  await chmod(elsewhere, 0o777);
  await mkdir(join(dataDir, 'recordings'), { mode: 0o700 });
  await symlink(elsewhere, join(dataDir, 'recordings', 'link'));
  await chmod(dataDir, 0o755);
  const { said } = await openLogged(dataDir);
  expect(await modeOf(dataDir)).toBe(0o755);
  expect(await modeOf(elsewhere)).toBe(0o777);
  expect(said).toContainEqual(expect.stringContaining('the data folder is open to others'));
});

test('nothing is readable by others where the umask would have it so', async () => {
  const before = process.umask(0);
  onTestFinished(() => {
    process.umask(before);
  });
  const dataDir = join(await temporaryFolder(), 'data');
  const { recorder } = await openLogged(dataDir);
  const connection = recorder.connect('talk', { send: () => undefined });
  void connection.receiveText('{"action":"start","format":"mp4","gain":2}');
  await connection.receiveBinary(seededBytes(1, 32_000));
  void connection.receiveText('{"action":"transcript","role":"user","text":"hello"}');
  expect(await openToOthers(dataDir)).toEqual([]);
  await connection.receiveText('{"action":"stop"}');
  await recorder.handlers['sessions.export']({ id: 'talk', format: 'wav', gain: 3 });
  await recorder.handlers['sessions.waveform']({ id: 'talk', track: 'user' });
  await recorder.handlers['settings.update']({ fallback_dir: null });
  await recorder.handlers['recogniser.key']({ base_url: 'http://127.0.0.1/v1', key: 'secret' });
  expect(await openToOthers(dataDir)).toEqual([]);
});
