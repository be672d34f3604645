import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, afterAll, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describeSession } from '../../../src-main/commands/describe-session.ts';
import { sessionRecordSchema } from '../../../src-main/contract/session-record.ts';
import { lectern, sessionsIn, startLectern, writeRamp } from './run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let data = '';
let id = '';

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'lectern-command-'));
  const input = await writeRamp(data, 60);
  await lectern(['record', '--dir', data, '--out', join(data, 'out'), '--input', input, '--speed', '0']);
  id = (await sessionsIn(data))[0]?.id ?? '';
});
afterAll(() => rm(data, { recursive: true, force: true }));

const exportWav = (out: string, format = 'wav') => [
  'export',
  id,
  '--dir',
  data,
  '--format',
  format,
  '--out',
  out,
];

it('nobody reading the list is no failure, and nobody reading what is said no crash', async () => {
  for (const [gone, args] of [
    ['stdout', ['list', '--dir', data]],
    ['stderr', ['show', 'unknown', '--dir', data]],
  ] as const) {
    const { child, outcome } = startLectern(args);
    child[gone]?.destroy();
    const { code, stderr } = await outcome;
    expect([gone, code, stderr]).toEqual([gone, gone === 'stdout' ? 0 : 1, '']);
  }
});

it.each([
  [['record', '--gain', '9'], '--gain: expected a number from 1 to 4, got 9'],
  [['record', '--seconds', 'x'], '--seconds: expected a number of at least 0.1, got "x"'],
  [['export', 'x', '--gain', '0'], '--gain: expected a number from 1 to 4, got 0'],
  [['list', '--limit', 'x'], '--limit: expected a whole number from 1 to 1000, got "x"'],
  [['list', '--limit', '1.5'], '--limit: expected a whole number from 1 to 1000, got 1.5'],
  [['serve', '--port', '70000'], '--port: expected a number from 0 to 65535, got "70000"'],
])('%j is told in one line, as wrong use', async (args, message) => {
  const { code, stdout, stderr } = await lectern(args);
  expect(stderr.split('\n')[0]).toBe(`lectern: ${message}`);
  expect(code).toBe(2);
  expect(stdout).toBe('');
});

it('takes --out as a folder where it looks like one, and as a file where it has an extension', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'there.d'));
  for (const [out, expected] of [
    ['there.d', /there\.d\/user_\d+\.wav$/],
    ['new.d/', /new\.d\/user_\d+\.wav$/],
    ['plain', /plain\/user_\d+\.wav$/],
    ['talk.wav', /talk\.wav$/],
  ] as const) {
    const { code, stdout, stderr } = await lectern(exportWav(`${folder}/${out}`));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trim()).toMatch(expected);
  }
  expect((await readdir(folder)).sort()).toEqual(['new.d', 'plain', 'talk.wav', 'there.d']);
});

it('does not export MP3 into a file that says WAV', async () => {
  const folder = await temporaryFolder();
  const { code, stderr } = await lectern(exportWav(join(folder, 'talk.wav'), 'mp3'));
  expect(stderr).toMatch(/^lectern: --out: expected a folder, or a file that ends with \.mp3 .*\n$/);
  expect(code).toBe(2);
  expect(await readdir(folder)).toEqual([]);
});

it('says that a full disk has no room for the export, and leaves no half of it', async () => {
  const folder = await temporaryFolder();
  const { code, stdout, stderr } = await lectern(exportWav(folder), { maxFileKibibytes: 1000 });
  expect(stderr).toMatch(/^lectern: The disk is full at .*The recording is kept in the library.*\n$/);
  expect(stderr).toContain(folder);
  expect([code, stdout]).toEqual([1, '']);
  expect(await readdir(folder)).toEqual([]);
});

it('says which folder cannot be written', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const { code, stderr } = await lectern(exportWav(join(folder, 'file', 'below')));
  expect(stderr).toContain(`lectern: The folder ${join(folder, 'file', 'below')} cannot be written`);
  expect(stderr.split('\n')).toHaveLength(2);
  expect(code).toBe(1);
});

it('shows a source that stood still without saying so', async () => {
  const { stdout } = await lectern(['show', id, '--json', '--dir', data]);
  const session = sessionRecordSchema.parse(JSON.parse(stdout));
  expect(describeSession(session)).toContain(', complete');
  for (const part of session.parts)
    for (const track of part.report?.tracks ?? []) track.clock = track.expected + 3 * session.sample_rate;
  expect(describeSession(session)).toContain('user brought 3.0 s less than the clock says');
  expect(describeSession(session)).not.toContain('complete\n');
});

it('shows how much digital silence a microphone sent, and from when on', async () => {
  const { stdout } = await lectern(['show', id, '--json', '--dir', data]);
  const session = sessionRecordSchema.parse(JSON.parse(stdout));
  const rate = session.sample_rate;
  const shown = (muted: { start_frame: number; frames: number }[]): string => {
    for (const part of session.parts) for (const track of part.report?.tracks ?? []) track.muted = muted;
    return describeSession(session);
  };
  const first = { start_frame: 12 * rate, frames: 9 * rate };
  expect(shown([first])).toContain(
    ', 9.0 s of digital silence from 0:12: microphone muted, disconnected or noise-gated\n',
  );
  expect(shown([first, { start_frame: 30 * rate, frames: 4 * rate }])).toContain(
    ', 13.0 s of digital silence in 2 places, the first from 0:12: microphone',
  );
});

it.each([
  ['list', ['list']],
  ['serve', ['serve', '--port', '0']],
  ['recover', ['recover']],
  ['record', ['record', '--out', 'OUT', '--input', 'nothing.wav']],
])('%s ends, and names the folder, where the data folder can never be made', async (_command, args) => {
  const folder = await temporaryFolder();
  const filled = args.map((arg) => (arg === 'OUT' ? join(folder, 'out') : arg));
  const { code, stdout, stderr } = await lectern([...filled, '--dir', '/proc/nope']);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('The folder /proc/nope cannot be written');
});

it('record ends where the folder for what it delivers can never be made', async () => {
  const folder = await temporaryFolder();
  const { code, stderr } = await lectern([
    'record',
    '--out',
    '/proc/nope',
    '--input',
    'nothing.wav',
    '--dir',
    folder,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain('The folder /proc/nope cannot be written');
});
