import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openBrowserApp } from '../support/browser-app.ts';
import { readWav } from '../support/read-wav.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openScreen } from './open-screen.ts';

const run = promisify(execFile);

/** Dominant pitch of mono samples, by counting upward crossings of zero. */
function pitch(samples: Int16Array, rate: number): number {
  let crossings = 0;
  for (let frame = 1; frame < samples.length; frame += 1)
    if ((samples[frame - 1] ?? 0) < 0 && (samples[frame] ?? 0) >= 0) crossings += 1;
  return (crossings * rate) / samples.length;
}

describe('the app in a browser', () => {
  test.each([
    ['Chromium', true],
    ['a browser without track processors, through the audio worklet', false],
  ])(
    'in %s: the tone that was played is in the file, at its own pitch and loudness',
    async (_, hasProcessor) => {
      const tone = join(await temporaryFolder(), 'tone.wav');
      await run('sox', [
        '-n',
        '-r',
        '44100',
        '-c',
        '1',
        '-b',
        '16',
        tone,
        'synth',
        '30',
        'sine',
        '440',
        'vol',
        '0.5',
      ]);
      const app = await openBrowserApp({
        args: [
          '--use-fake-device-for-media-stream',
          // `%noloop`, else Chromium starts over.
          `--use-file-for-fake-audio-capture=${tone}%noloop`,
        ],
      });
      onTestFinished(() => app.close());
      await app.open();
      if (!hasProcessor) {
        await app.page.addInitScript(() => Reflect.deleteProperty(window, 'MediaStreamTrackProcessor'));
        await app.page.reload();
      }
      await app.page.getByRole('button', { name: /^Record/ }).click();
      await app.page.getByRole('timer').getByText('0:02').waitFor();
      await app.page.getByRole('button', { name: /^Stop/ }).click();
      await app.page.getByRole('group', { name: 'Saved' }).waitFor();

      const [session = ''] = await readdir(app.recordingsDir);
      const names = await readdir(join(app.recordingsDir, session));
      const wav = await readWav(
        join(app.recordingsDir, session, names.find((name) => name.endsWith('.wav')) ?? ''),
      );
      expect(wav).toMatchObject({ sampleRate: 16_000, numChannels: 1, bitsPerSample: 16 });
      const samples = new Int16Array(new Uint8Array(wav.samples).buffer);
      expect(samples.length).toBeGreaterThan(2 * 16_000);
      expect(pitch(samples, 16_000)).toBeGreaterThan(400);
      expect(pitch(samples, 16_000)).toBeLessThan(480);
      expect(samples.reduce((peak, sample) => Math.max(peak, sample), 0)).toBeGreaterThan(0.45 * 32_768);
      expect(app.complaints).toEqual([]);
    },
  );

  test('with no microphone the page says so, and notices by itself one that is plugged in', async () => {
    const { page, audio } = await openScreen({ plugged: false });
    await page.getByRole('heading', { name: 'No microphone found' }).waitFor();
    await audio.plugInMicrophone();
    await page.getByRole('button', { name: /^Record/ }).waitFor();
  });

  test('with permission denied the page says how to allow it', async () => {
    const { page } = await openScreen({ microphone: 'denied' });
    await page.getByRole('heading', { name: /denied|blocked|not allowed/i }).waitFor();
  });

  test('a microphone pulled out while recording: what was said before is kept and the loss is told', async () => {
    const { page, app, audio } = await openScreen();
    await page.getByRole('button', { name: /^Record/ }).click();
    await page.getByRole('timer').getByText('0:01').waitFor();
    await audio.unplugMicrophone();
    await page.getByText(/was disconnected at/).waitFor();
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    const [session = ''] = await readdir(app.recordingsDir);
    const names = await readdir(join(app.recordingsDir, session));
    const wav = await readWav(
      join(app.recordingsDir, session, names.find((name) => name.endsWith('.wav')) ?? ''),
    );
    expect(wav.samples.length / 2).toBeGreaterThanOrEqual(16_000);
  });
});
