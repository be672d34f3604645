import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { measureLevels } from '../../../src-main/audio/levels.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ffmpeg, speak } from '../repair/sounds.ts';

const CLI = resolve(import.meta.dirname, '../../../src-main/cli.ts');

test.each([
  ['legs that are each other’s inverse', 'pan=stereo|c0=c0|c1=-1*c0', 0.9],
  [
    'speech on the fourth of six channels alone',
    'pan=5.1|c0=0*c0|c1=0*c0|c2=0*c0|c3=c0|c4=0*c0|c5=0*c0',
    0.12,
  ],
])('%s are heard in what the command records of the file', async (_, pan, share) => {
  const folder = await temporaryFolder();
  await speak(join(folder, 'speech.wav'));
  await ffmpeg('-i', join(folder, 'speech.wav'), '-af', pan, '-c:a', 'flac', join(folder, 'two.flac'));
  const args = [
    'record',
    '--out',
    folder,
    '--input',
    join(folder, 'two.flac'),
    '--speed',
    '100',
    '--dir',
    join(folder, 'data'),
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  const recorded = measureLevels(await masterSamples(stdout.trim().split('\n').at(-1) ?? ''));
  const spoken = measureLevels(await masterSamples(join(folder, 'speech.wav')));
  expect(recorded.rms / spoken.rms).toBeGreaterThan(share);
});

test.each([
  ['a WAV that is sent as it is', 'hot.wav', [], 6],
  ['a file that ffmpeg reads', 'hot.mkv', [], 6],
  ['sides that become one channel', 'hot-stereo.mkv', ['-ac', '2'], 3],
])(
  'samples above full scale of %s are recorded quieter, none of them clipped, and that is said',
  async (_, name, shape, decibels) => {
    const folder = await temporaryFolder();
    await ffmpeg(
      ...['-f', 'lavfi', '-i', 'sine=440:r=16000:d=2', '-af', 'volume=16', ...shape],
      ...['-c:a', 'pcm_f32le', join(folder, name)],
    );
    const args = ['record', '--out', folder, '--input', join(folder, name), '--speed', '100'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [CLI, ...args, '--dir', join(folder, 'data')],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe(
      `lectern: --input has samples above full scale; it is recorded ${decibels} dB quieter, so that none is clipped\n`,
    );
    expect(status).toBe(0);
    const { peak, clippedSamples } = measureLevels(
      await masterSamples(stdout.trim().split('\n').at(-1) ?? ''),
    );
    expect(clippedSamples).toBe(0);
    expect(peak).toBeGreaterThan(32_000);
  },
);

test('of a file with several tracks it is said which is recorded, and why no other', async () => {
  const folder = await temporaryFolder();
  await ffmpeg(
    ...['-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-f', 'lavfi', '-i', 'sine=440:r=16000:d=2'],
    ...['-t', '2', '-map', '0:a', '-map', '1:a', '-c:a', 'flac', join(folder, 'tracks.mka')],
  );
  const args = ['record', '--out', folder, '--input', join(folder, 'tracks.mka'), '--speed', '100'];
  const { stdout, stderr } = spawnSync(process.execPath, [CLI, ...args, '--dir', join(folder, 'data')], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('lectern: --input has 2 audio tracks; track 1 is silent, track 2 is recorded\n');
  expect(measureLevels(await masterSamples(stdout.trim().split('\n').at(-1) ?? '')).rms).toBeGreaterThan(
    0.01,
  );
});
