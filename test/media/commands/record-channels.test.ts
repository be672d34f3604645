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
