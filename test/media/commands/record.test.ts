import { readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lectern, samplesOf, sessionsIn, startLectern, writeNoise, writeRamp } from './run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const delivered = z.object({ files: z.array(z.string()) });

async function setUp() {
  const dir = await temporaryFolder();
  const out = join(dir, 'out');
  const record = (input: string, ...more: string[]) =>
    ['record', '--dir', join(dir, 'data'), '--out', out, '--input', input, ...more] as const;
  return { dir, data: join(dir, 'data'), out, record };
}

describe('short files that ffmpeg has to decode are recorded to their last sample', () => {
  it.each([
    ['mp3', 1, []],
    ['mp3', 2, []],
    ['ogg', 1, []],
    ['wav', 1, ['-c:a', 'pcm_s24le']],
    ['wav', 2, ['-c:a', 'pcm_s24le']],
  ] as const)('%s of %d s', async (extension, seconds, options) => {
    const { dir, record } = await setUp();
    const input = await writeNoise(join(dir, `noise.${extension}`), seconds, ...options);
    const { code, stdout, stderr } = await lectern(record(input, '--speed', '0'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const recorded = (await samplesOf(stdout.trim())).length / 16_000;
    // MP3 carries its encoder's padding.
    expect(recorded).toBeGreaterThanOrEqual(seconds - 0.001);
    expect(recorded).toBeLessThan(seconds + 0.1);
  });
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'two of %s while a file is streamed end the recording properly',
  async (signal) => {
    const { dir, data, record } = await setUp();
    const ramp = await writeRamp(dir, 60);
    const command = startLectern(record(ramp, '--json'));
    await untilGrowing(join(data, 'recordings'));
    command.child.kill(signal);
    command.child.kill(signal);
    const { code, stdout, stderr } = await command.outcome;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { files } = delivered.parse(JSON.parse(stdout));
    const samples = await samplesOf(files[0] ?? '');
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.length).toBeLessThan(60 * 16_000);
    expect(samples).toEqual((await samplesOf(ramp)).subarray(0, samples.length));
    expect(await sessionsIn(data)).toMatchObject([{ status: 'completed' }]);
  },
);

describe('an input that gives no audio leaves no session behind', () => {
  const inputs: Record<string, (dir: string) => Promise<string>> = {
    'a file that is not audio': async (dir) => {
      await writeFile(join(dir, 'notes.txt'), 'no audio here, only words\n'.repeat(50));
      return join(dir, 'notes.txt');
    },
    'an empty file': async (dir) => {
      await writeFile(join(dir, 'empty.wav'), '');
      return join(dir, 'empty.wav');
    },
    'a WAV without samples': (dir) => writeRamp(dir, 0),
    'a folder': async (dir) => {
      await mkdir(join(dir, 'folder'));
      return join(dir, 'folder');
    },
    'a file that is not there': (dir) => Promise.resolve(join(dir, 'missing.wav')),
  };
  it.each(Object.keys(inputs))('%s', async (kind) => {
    const { dir, data, out, record } = await setUp();
    const input = (await inputs[kind]?.(dir)) ?? '';
    const { code, stdout, stderr } = await lectern(record(input, '--speed', '0'));
    expect(stderr).toMatch(/^lectern: .*\n$/);
    expect(stderr).not.toContain('Internal error');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(await sessionsIn(data)).toEqual([]);
    expect(await readdir(out)).toEqual([]);
  });
});

it('a disk that fills up while recording gives what there is, one message, and failure', async () => {
  const { dir, data, record } = await setUp();
  const ramp = await writeRamp(dir, 60);
  const { code, stdout, stderr } = await lectern(record(ramp, '--speed', '0'), { maxFileKibibytes: 1000 });
  expect(stderr).toMatch(/^lectern: The disk is full\..*\n$/);
  expect(code).toBe(1);
  const samples = await samplesOf(stdout.trim());
  expect(samples.length).toBeGreaterThan(400_000);
  expect(samples).toEqual((await samplesOf(ramp)).subarray(0, samples.length));
  const [session] = await sessionsIn(data);
  const shown = await lectern(['show', session?.id ?? '', '--dir', data]);
  expect(shown.stdout).toContain('interrupted: the disk was full');
});

it('a folder that cannot take the copy is named, and the recording is kept', async () => {
  const { dir, data, out, record } = await setUp();
  const command = startLectern(record(await writeRamp(dir, 60)));
  await untilGrowing(join(data, 'recordings'));
  await rm(out, { recursive: true });
  await writeFile(out, 'in the way');
  command.child.kill('SIGINT');
  const { code, stdout, stderr } = await command.outcome;
  expect(stderr).toMatch(/^lectern: .*\n$/);
  expect(stderr).toContain(out);
  expect(stderr).toContain('The recording is kept in the library');
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(await sessionsIn(data)).toMatchObject([{ status: 'completed' }]);
});

it('a folder that cannot be written is told before anything is recorded', async () => {
  const { dir, data, out, record } = await setUp();
  const ramp = await writeRamp(dir, 1);
  await writeFile(out, 'in the way');
  const { code, stderr } = await lectern(record(ramp, '--speed', '0'));
  expect(stderr).toContain(`lectern: The folder ${out} cannot be written`);
  expect(code).toBe(1);
  expect(await sessionsIn(data)).toEqual([]);
});

it('a recording that a kill cut off says what may be missing', async () => {
  const { dir, data, record } = await setUp();
  const command = startLectern(record(await writeRamp(dir, 60)));
  await untilGrowing(join(data, 'recordings'));
  command.child.kill('SIGKILL');
  await command.outcome;
  const [session] = await sessionsIn(data);
  const { stdout } = await lectern(['show', session?.id ?? '', '--dir', data]);
  expect(stdout).toMatch(/^recovered after a crash: at most [\d.]+ s may be missing at the end$/m);
});

/** Resolves once a recording holds audio. */
async function untilGrowing(recordingsDir: string): Promise<void> {
  for (;;) {
    const names = await readdir(recordingsDir, { recursive: true }).catch(() => []);
    const master = names.find((name) => name.endsWith('.wav.partial'));
    if (master !== undefined) {
      const bytes = await readFile(join(recordingsDir, master)).catch(() => Buffer.alloc(0));
      if (bytes.length > 10_000) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
