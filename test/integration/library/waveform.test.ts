import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOwnRecorder } from '../../support/own-recorder.ts';

/** Whole seconds at these magnitudes, 16 kHz mono. */
function seconds(...magnitudes: number[]): Buffer {
  const samples = Int16Array.from({ length: magnitudes.length * 16_000 }, (_, frame) => {
    const magnitude = magnitudes[Math.floor(frame / 16_000)] ?? 0;
    return frame % 2 === 0 ? magnitude : -magnitude;
  });
  return Buffer.from(samples.buffer);
}

test('the waveform of a session runs over all its parts, is kept beside them, and is made anew when they change', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  for (const audio of [seconds(0, 8192), seconds(32_767)]) {
    const connection = recorder.connect('walk', { send: () => undefined });
    await connection.receiveText('{"action":"start","format":"wav"}');
    await connection.receiveBinary(audio);
    await connection.receiveText('{"action":"stop"}');
    connection.disconnect();
  }
  const ask = (points: number) =>
    recorder.handlers['sessions.waveform']({ id: 'walk', track: 'user', points });
  expect(await ask(3)).toEqual({ track: 'user', duration_ms: 3000, peaks: [0, 0.25, 1] });

  const folder = join(dataDir, 'recordings', 'walk');
  const kept = await stat(join(folder, '.waveform-user'));
  expect(kept.size).toBe(32 + 3 * 20 * 2);
  const drawn = await ask(60);
  expect(drawn.peaks.slice(19, 21)).toEqual([0, 0.25]);
  expect((await stat(join(folder, '.waveform-user'))).mtimeMs).toBe(kept.mtimeMs);

  const [first = '', second = ''] = (await readdir(folder))
    .filter((name) => name.endsWith('.wav'))
    .toSorted();
  await utimes(join(folder, first), 1, 1);
  expect((await ask(3)).peaks).toEqual([0, 0.25, 1]);
  expect((await stat(join(folder, '.waveform-user'))).ino).not.toBe(kept.ino);
  await rm(join(folder, first));
  expect((await ask(3)).peaks).toEqual([0, 0, 1]);
  await rm(join(folder, second));
  await expect(ask(3)).rejects.toMatchObject({ code: 'FILE_MISSING' });
});
