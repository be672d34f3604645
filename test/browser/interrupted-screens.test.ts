import { join } from 'node:path';
import { test } from 'vitest';
import { writeIndexRamp } from '../support/index-ramp.ts';
import { examineScreen } from '../support/examine-screen.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openScreen } from './open-screen.ts';

test('interrupted recordings: gone on with, disconnected, with a hole', async () => {
  const widths = [1000, 420];
  const { page, audio } = await openScreen();
  page.on('dialog', (dialog) => void dialog.accept());
  // Something to hear, lest silence be the news.
  const noise = join(await temporaryFolder(), 'noise.raw');
  await writeIndexRamp(noise, 60);
  audio.play(noise);
  await page.setViewportSize({ width: 1000, height: 760 });
  await page.getByRole('button', { name: /^Record/, disabled: false }).click();
  await page.getByRole('timer').getByText('0:02').waitFor();
  await page.reload();
  await page.getByText(/Recording goes on; .* are missing/).waitFor();
  await examineScreen(page, 'rejoined', widths);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByText('Another window is recording').waitFor();
  await examineScreen(other, 'elsewhere', widths);
  await other.close();
  await audio.unplugMicrophone();
  await page.getByText(/was disconnected at/).waitFor();
  await examineScreen(page, 'disconnected', widths);
  await audio.plugInMicrophone();
  await page.getByText(/missing at 0:\d\d and marked/).waitFor();
  await examineScreen(page, 'hole', widths);
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('group', { name: 'Saved' }).waitFor();
  await examineScreen(page, 'saved-with-holes', widths);
  await page.getByRole('button', { name: 'Show in library' }).click();
  await page.getByText('Captured:').waitFor();
  await examineScreen(page, 'report', widths);
});

test('recovered after a crash', async () => {
  const widths = [1000, 420];
  const { page, app } = await openScreen();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.getByLabel('Title').fill('Introduction to phonetics');
  await page.getByRole('button', { name: /^Record/, disabled: false }).click();
  await page.getByRole('timer').getByText('0:02').waitFor();
  await app.crashEngine();
  await app.open();
  await page.getByText('A recording was cut off last time. It is back.').waitFor();
  await examineScreen(page, 'recovered', widths);
  await page.getByRole('button', { name: 'Play Introduction to phonetics' }).first().click();
  await page.locator('.recovery audio').waitFor();
  await page.waitForFunction(
    () => (document.querySelector<HTMLAudioElement>('.recovery audio')?.currentTime ?? 0) > 0,
  );
  await examineScreen(page, 'recovered-playing', [420]);
  await page.getByRole('button', { name: 'Discard Introduction to phonetics' }).click();
  await page.getByRole('button', { name: 'Move to trash' }).click();
  await page.getByText('A recording was cut off last time').waitFor({ state: 'hidden' });
  await page.reload();
  await page.getByRole('button', { name: /^Record/, disabled: false }).waitFor();
  await page.getByText('A recording was cut off last time').waitFor({ state: 'hidden' });
});
