import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type AudioServer, startAudioServer } from '../support/audio-server.ts';
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
async function examine(page: Page, name: string): Promise<void> {
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
});
