import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureLevels } from '../../../src-main/audio/levels.ts';
import { type AudioServer, startAudioServer } from '../../support/audio-server.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { lectern, samplesOf, sessionsIn, startLectern } from './run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const STARTED = 'Recording from the microphone; press Ctrl-C to stop\n';

let audio: AudioServer;
beforeAll(async () => {
  audio = await startAudioServer();
});
afterAll(() => audio.stop());

async function setUp() {
  const dir = await temporaryFolder();
  return { dir, args: ['record', '--dir', dir, '--out', join(dir, 'out')] };
}

it('says that the microphone is heard, and stops on Ctrl-C however often it is pressed', async () => {
  const { dir, args } = await setUp();
  const command = startLectern(args, { env: audio.env });
  await command.says(STARTED);
  command.child.kill('SIGINT');
  command.child.kill('SIGINT');
  const { code, stdout, stderr } = await command.outcome;
  expect([code, stderr]).toEqual([0, STARTED]);
  expect((await samplesOf(stdout.trim())).length).toBeGreaterThan(0);
  expect(await sessionsIn(dir)).toMatchObject([{ status: 'completed' }]);
});

it('gives what was captured, and fails, when the capture ends by itself without an error', async () => {
  const { dir, args } = await setUp();
  const ffmpeg = join(dir, 'ffmpeg');
  const captured = join(dir, 'captured.raw');
  await writeFile(
    ffmpeg,
    `#!/bin/sh\ncase "$*" in *pulse*) ffmpeg -t 1 "$@" | tee '${captured}';; *) exec ffmpeg "$@";; esac\n`,
  );
  await chmod(ffmpeg, 0o700);
  const { code, stdout, stderr } = await lectern(args, { env: { ...audio.env, LECTERN_FFMPEG: ffmpeg } });
  const bytes = await readFile(captured);
  // Both sides are captured, and one channel is made of them.
  const seconds = (bytes.length / 64_000).toFixed(1);
  expect(stderr).toContain(`${STARTED}lectern: The microphone stopped after ${seconds} s.`);
  expect(code).toBe(1);
  expect(bytes.length).toBeGreaterThan(0);
  const sides = new Int16Array(Uint8Array.from(bytes).buffer);
  const mean = Int16Array.from(
    { length: sides.length / 2 },
    (_, frame) => ((sides[2 * frame] ?? 0) + (sides[2 * frame + 1] ?? 0)) / 2,
  );
  expect((await masterSamples(stdout.trim())).equals(Buffer.from(mean.buffer))).toBe(true);
});

it('fails without leaving a session behind where there is no microphone', async () => {
  const { dir, args } = await setUp();
  const env = { ...audio.env, PULSE_SERVER: `unix:${join(dir, 'nobody')}` };
  const { code, stdout, stderr } = await lectern(args, { env });
  expect(stderr).toMatch(/^lectern: The microphone could not be opened .*\n$/);
  expect([code, stdout]).toEqual([1, '']);
  expect(await sessionsIn(dir)).toEqual([]);
});

it('hears a microphone whose sides are each other’s inverse, and one of two equal sides at its own level', async () => {
  const level = async (right: -1 | 1) => {
    const { dir, args } = await setUp();
    const pcm = join(dir, 'tone.raw');
    const tone = Int16Array.from({ length: 2 * 48_000 * 20 }, (_, index) =>
      Math.round(
        8000 * Math.sin((2 * Math.PI * 440 * Math.floor(index / 2)) / 48_000) * (index % 2 === 0 ? 1 : right),
      ),
    );
    await writeFile(pcm, new Uint8Array(tone.buffer));
    const playback = audio.play(pcm);
    const { code, stdout, stderr } = await lectern([...args, '--seconds', '2'], { env: audio.env });
    playback.stop();
    expect([code, stderr]).toEqual([0, STARTED]);
    return measureLevels(await masterSamples(stdout.trim())).peak;
  };
  for (const right of [-1, 1] as const) {
    const peak = await level(right);
    expect(peak).toBeGreaterThan(7600);
    expect(peak).toBeLessThan(8400);
  }
});
