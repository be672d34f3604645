import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AudioServer, startAudioServer } from '../support/audio-server.ts';
import { writeIndexRamp } from '../support/index-ramp.ts';
import { type BrowserApp, type BrowserAppOptions, openBrowserApp } from '../support/browser-app.ts';

const folder = resolve(import.meta.dirname, '../../test-results/screens');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullish(),
    nodes: z.array(z.object({ target: z.unknown() })),
  }),
);

let app: BrowserApp | undefined;
let audio: AudioServer | undefined;
afterEach(async () => {
  await app?.close();
  await audio?.stop();
});

async function open(options: Omit<BrowserAppOptions, 'env'> & { plugged?: boolean } = {}): Promise<Page> {
  audio = await startAudioServer({ microphone: options.plugged !== false });
  app = await openBrowserApp({ ...options, env: audio.env });
  await app.open();
  return app.page;
}

/** Pictures the screen as it is, light and dark, and expects axe to find nothing serious in either. */
async function examine(page: Page, name: string, widths: readonly number[] = []): Promise<void> {
  const size = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 760 });
    await examine(page, `${name}-${width}`);
  }
  if (widths.length > 0) {
    if (size !== null) await page.setViewportSize(size);
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    expect(await seriousFindings(page), `${name}, ${colorScheme}`).toEqual([]);
  }
}

async function seriousFindings(page: Page): Promise<string[]> {
  // Evaluated by the debugger, not by the page: its security policy forbids scripts from elsewhere.
  const loaded = await page.evaluate(() => 'axe' in window);
  if (!loaded) await page.evaluate(await readFile(axePath, 'utf8'));
  const violations = findings.parse(
    await page.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
    ),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`);
}

describe('every screen can be read and used by everybody', () => {
  test('no microphone', async () => {
    const page = await open({ plugged: false });
    await page.getByRole('heading', { name: 'No microphone found' }).waitFor();
    await examine(page, 'no-microphone');
  });

  test('permission denied', async () => {
    const page = await open({ microphone: 'denied' });
    await page.getByRole('heading', { name: 'The microphone is not allowed' }).waitFor();
    await examine(page, 'permission-denied');
  });

  test('permission not given yet', async () => {
    const page = await open({ microphone: 'asked' });
    await page.getByRole('button', { name: 'Allow microphone' }).waitFor();
    await examine(page, 'permission-needed');
  });

  test('ready, recording, paused, saved, library, settings', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^Record/ }).waitFor();
    await examine(page, 'ready');
    await page.getByLabel('Title').fill('Weekly planning');
    await page.getByRole('button', { name: /^Record/ }).click();
    await page.getByRole('timer').getByText('0:01').waitFor();
    await page.getByLabel('Marker name (optional)').fill('Budget');
    await page.getByRole('button', { name: /^Marker/ }).click();
    await examine(page, 'recording');
    await page.getByRole('button', { name: /^Pause/ }).click();
    await page.getByRole('button', { name: /^Resume/ }).waitFor();
    await examine(page, 'paused');
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    await examine(page, 'saved');
    await page.getByRole('button', { name: /^Weekly planning/ }).click();
    await page.getByRole('button', { name: 'Rename' }).waitFor();
    await examine(page, 'library-details');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').waitFor();
    await examine(page, 'delete');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await examine(page, 'settings');
    await page.setViewportSize({ width: 420, height: 760 });
    await examine(page, 'settings-narrow');
    await page.getByRole('navigation').getByRole('button', { name: 'Record' }).click();
    await examine(page, 'ready-narrow');
  });

  test('interrupted recordings: gone on with, disconnected, with a hole, recovered', async () => {
    const widths = [1000, 420];
    const page = await open();
    page.on('dialog', (dialog) => void dialog.accept());
    // Something to hear, lest silence be the news.
    await mkdir(folder, { recursive: true });
    await writeIndexRamp(join(folder, 'noise.raw'), 60);
    audio?.play(join(folder, 'noise.raw'));
    await page.setViewportSize({ width: 1000, height: 760 });
    await page.getByRole('button', { name: /^Record/, disabled: false }).click();
    await page.getByRole('timer').getByText('0:02').waitFor();
    await page.reload();
    await page.getByText(/Recording goes on; .* are missing/).waitFor();
    await examine(page, 'rejoined', widths);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByText('Another window is recording').waitFor();
    await examine(other, 'elsewhere', widths);
    await other.close();
    await audio?.unplugMicrophone();
    await page.getByText(/was disconnected at/).waitFor();
    await examine(page, 'disconnected', widths);
    await audio?.plugInMicrophone();
    await page.getByText(/missing at 0:\d\d and marked/).waitFor();
    await examine(page, 'hole', widths);
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    await examine(page, 'saved-with-holes', widths);
    await page.getByRole('button', { name: 'Show in library' }).click();
    await page.getByText('Captured:').waitFor();
    await examine(page, 'report', widths);
  });

  test('recovered after a crash', async () => {
    const widths = [1000, 420];
    const page = await open();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByLabel('Title').fill('Introduction to phonetics');
    await page.getByRole('button', { name: /^Record/, disabled: false }).click();
    await page.getByRole('timer').getByText('0:02').waitFor();
    await app?.crashEngine();
    await app?.open();
    await page.getByText('A recording was cut off last time. It is back.').waitFor();
    await examine(page, 'recovered', widths);
    await page.getByRole('button', { name: 'Play Introduction to phonetics' }).first().click();
    await page.locator('.recovery audio').waitFor();
    await page.waitForFunction(
      () => (document.querySelector<HTMLAudioElement>('.recovery audio')?.currentTime ?? 0) > 0,
    );
    await examine(page, 'recovered-playing', [420]);
    await page.getByRole('button', { name: 'Discard Introduction to phonetics' }).click();
    await page.getByRole('button', { name: 'Move to trash' }).click();
    await page.getByText('A recording was cut off last time').waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('button', { name: /^Record/, disabled: false }).waitFor();
    await page.getByText('A recording was cut off last time').waitFor({ state: 'hidden' });
  });

  test('what was said: heard line by line, corrected, and found again', async () => {
    const page = await open();
    const speech = join(folder, 'speech.raw');
    await mkdir(folder, { recursive: true });
    execFileSync('sox', [
      resolve(import.meta.dirname, '../../resources/sample-speech.wav'),
      ...['-t', 'raw', '-r', '48000', '-c', '2', '-e', 'signed', '-b', '16', speech],
    ]);
    await page.getByLabel('Title').fill('A talk');
    await page.getByRole('button', { name: /^Record/, disabled: false }).click();
    await page.getByRole('button', { name: /^Stop/ }).waitFor();
    await audio?.play(speech).finished;
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('navigation').getByRole('button', { name: 'Library' }).click();
    await page.getByRole('button', { name: /^A talk/ }).click();
    await page.locator('.line').first().waitFor();
    await page.locator('.waveform .wave').waitFor();

    await page.locator('.line-play').first().click();
    await page.locator('.line[data-heard="true"]').waitFor();
    // It plays to the end of that line and no further.
    await page.locator('.line[data-heard="true"]').waitFor({ state: 'detached' });
    const { paused, at } = await page
      .locator('.session audio')
      .evaluate((player: HTMLAudioElement) => ({ paused: player.paused, at: player.currentTime }));
    const [session] = (await app?.sessions()) ?? [];
    const turn = await app?.firstTurn(session?.id ?? '');
    expect(paused).toBe(true);
    expect(at * 1000).toBeGreaterThanOrEqual(turn?.end_ms ?? Infinity);

    await page.getByRole('button', { name: /^Edit/ }).first().click();
    await examine(page, 'conversation-edit', [1180, 420]);
    await page.getByLabel('Speaker').fill('Ada');
    await page.getByLabel('Text', { exact: true }).fill('The quick brown fox <b>jumps</b> over the lectern.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: /Ada The quick brown fox/ }).waitFor();
    await page.getByRole('searchbox').fill('jumps lect');
    await page.locator('.hit mark').first().waitFor();
    await examine(page, 'conversation', [1180, 860, 420]);
    await page.locator('.hit').first().click();
    await page.locator('.line[data-heard="true"]').waitFor();
    await page.getByRole('slider', { name: 'Position' }).press('Home');
    await page.waitForFunction(
      () => (document.querySelector<HTMLAudioElement>('.session audio')?.currentTime ?? 99) < 2,
    );
  });
});
