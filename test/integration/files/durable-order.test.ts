import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recordWrites, shimUnable } from '../../torture/disk-shim/disk-shim.ts';
import { readWriteLog, type DiskEvent } from '../../torture/support/write-log.ts';

/** What a process of its own does to a folder, in order, as the system was asked for it. */
async function effectsOf(kind: string): Promise<string[]> {
  const folder = await temporaryFolder();
  // What a recording leaves until it is finished.
  await writeFile(join(folder, 'user_1.wav.partial'), 'audio');
  const log = join(await temporaryFolder(), 'log');
  const script = join(import.meta.dirname, 'write-durably.ts');
  await promisify(execFile)(process.execPath, [script, kind, folder], {
    env: { ...process.env, ...recordWrites(folder, log) },
  });
  return readWriteLog(log)
    .filter((event) => event.kind !== 'sync begin')
    .map((event) => inWords(event, folder))
    .filter((words, index, all) => words !== all[index - 1]);
}

function inWords(event: DiskEvent, folder: string): string {
  const name = (path: string): string =>
    path === folder ? 'the folder' : relative(folder, path).replace(/[0-9a-f]{8}$/, 'ID');
  if (event.kind === 'rename') return `rename ${name(event.path)} to ${name(event.to)}`;
  if (event.kind === 'sync end') return `sync ${name(event.path)}`;
  return 'path' in event ? `${event.kind} ${name(event.path)}` : event.kind;
}

const writtenAs = (path: string, unfinished: string): string[] => [
  `create ${unfinished}`,
  'write',
  `sync ${unfinished}`,
  `rename ${unfinished} to ${path}`,
  'sync the folder',
];

test.for<[what: string, kind: string, effects: string[]]>([
  ['a description', 'description', writtenAs('session.json', 'session.json.new')],
  ['the settings', 'settings', writtenAs('settings.json', 'settings.json.new')],
  ['a key', 'key', writtenAs('secrets.json', 'secrets.json.new')],
  ['a delivered copy', 'copy', writtenAs('user_1.mp4', 'user_1.mp4.encoding-ID')],
  ['a master’s final name', 'master', ['rename user_1.wav.partial to user_1.wav', 'sync the folder']],
])('%s outlives a power cut once it is written', async ([, kind, effects], { skip }) => {
  skip(shimUnable() !== undefined, shimUnable());
  expect(await effectsOf(kind)).toEqual(effects);
});

test('a copy that grew while recording outlives a power cut once it has its name', async ({ skip }) => {
  skip(shimUnable() !== undefined, shimUnable());
  const effects = await effectsOf('live copy');
  expect(effects.slice(effects.lastIndexOf('write') + 1)).toEqual([
    'sync user_1.mp3.partial',
    'rename user_1.mp3.partial to user_1.mp3',
    'sync the folder',
  ]);
});

test('what is as easily made again does not wait for the disk', async ({ skip }) => {
  skip(shimUnable() !== undefined, shimUnable());
  expect(await effectsOf('peaks')).toEqual([
    'create .waveform-user.new',
    'write',
    'rename .waveform-user.new to .waveform-user',
  ]);
});

test('before a sleep audio and rows are made durable at once, and not when it is their turn', async ({
  skip,
}) => {
  skip(shimUnable() !== undefined, shimUnable());
  expect((await effectsOf('audio before a sleep')).slice(-3)).toEqual([
    'create user_2.wav.partial',
    'write',
    'sync user_2.wav.partial',
  ]);
  expect((await effectsOf('a row before a sleep')).slice(-2)).toEqual(['write', 'sync lectern.db-wal']);
});
