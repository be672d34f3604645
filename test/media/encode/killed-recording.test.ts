import { fork } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createChildProcesses } from '../../../src-main/encode/ffmpeg/child-processes.ts';
import { startFfmpegLive } from '../../../src-main/encode/ffmpeg/live.ts';
import { decodeLeniently, measureTone, probe, tone, until } from './audio-files.ts';
import { realFfmpeg, silent } from './encoders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECONDS = 6;
const SHAPE = { sampleRate: 16_000, channels: 1 } as const;

/** Seconds that ffprobe promises and ffmpeg can decode; 0 while there is no file yet. */
async function playableSeconds(path: string): Promise<number> {
  try {
    const decoded = (await decodeLeniently(path)).length / SHAPE.sampleRate;
    return Math.min((await probe(path)).durationSeconds, decoded);
  } catch {
    return 0;
  }
}

/** With all the audio handed over, all but the last 0.9 s must reach the file without any more coming. */
const untilMostIsWritten = (path: string) => until(async () => (await playableSeconds(path)) > SECONDS - 0.9);

async function expectPlayable(path: string): Promise<void> {
  expect(await playableSeconds(path)).toBeGreaterThan(SECONDS - 0.9);
  const samples = await decodeLeniently(path);
  const { amplitude } = measureTone(
    samples.subarray(SHAPE.sampleRate, 4 * SHAPE.sampleRate),
    SHAPE.sampleRate,
  );
  expect(amplitude).toBeGreaterThan(7500);
}

test.each(['mp4', 'mp3'] as const)('what was recorded plays after ffmpeg is killed (%s)', async (format) => {
  const partialPath = join(await temporaryFolder(), `user.partial.${format}`);
  const { path } = await realFfmpeg();
  const children = createChildProcesses();
  let pid = 0;
  const start = (...args: Parameters<typeof children.start>) => {
    const child = children.start(...args);
    pid = child.process.pid ?? 0;
    return child;
  };
  const options = {
    path,
    children: { ...children, start },
    log: silent,
    maxQueueBytes: 2 ** 24,
    stallMs: 5000,
  };
  const job = { ...SHAPE, format, partialPath, finalPath: `${partialPath}.final` };
  const live = startFfmpegLive(options, job);
  live.write(tone({ ...SHAPE, frames: SECONDS * SHAPE.sampleRate, amplitude: 8000 }));
  await untilMostIsWritten(partialPath);
  process.kill(pid, 'SIGKILL');
  await until(() => live.failure !== undefined);
  await expectPlayable(partialPath);
});

test.each(['mp4', 'mp3'] as const)(
  'what was recorded plays after the program with the built-in encoder is killed (%s)',
  async (format) => {
    const partialPath = join(await temporaryFolder(), `user.partial.${format}`);
    const script = join(import.meta.dirname, 'live-recording.ts');
    const program = fork(script, [partialPath, format, `${SECONDS}`], { execArgv: [] });
    onTestFinished(() => void program.kill('SIGKILL'));
    await untilMostIsWritten(partialPath);
    const gone = new Promise((resolve) => program.on('exit', resolve));
    program.kill('SIGKILL');
    await gone;
    await expectPlayable(partialPath);
  },
);
