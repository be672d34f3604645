import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GapCause } from '../../src-main/contract/capture-report.ts';
import { type AudioServer, MICROPHONE_LABEL, startAudioServer } from '../support/audio-server.ts';
import { type BrowserApp, openBrowserApp } from '../support/browser-app.ts';
import { rampStretches, writeIndexRamp } from '../support/index-ramp.ts';
import { readWav } from '../support/read-wav.ts';

const RATE = 48_000;
/** What Chromium hands over at once. */
const PIECE_FRAMES = 1024;
/** Where one capture ends and another begins, the clock of a busy machine places the sound to this many frames. */
const PLACED_WITHIN_FRAMES = RATE / 10;

let folder: string;
let audio: AudioServer;
let app: BrowserApp;
const opened: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-interruptions-'));
  await writeIndexRamp(join(folder, 'ramp.raw'), 60);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  audio = await startAudioServer();
  opened.push(() => audio.stop());
  app = await openBrowserApp({ env: audio.env });
  opened.push(() => app.close());
  await app.open();
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const button = (page: Page, name: RegExp) => page.getByRole('button', { name });
const untilTime = (page: Page, time: string | RegExp) => page.getByRole('timer').getByText(time).waitFor();

async function record(page: Page, speaker: { latencyMs?: number } = { latencyMs: 200 }): Promise<void> {
  page.on('dialog', (dialog) => void dialog.accept());
  await page.getByLabel('Quality').selectOption({ label: 'Full range: 48 kHz stereo' });
  await page.getByText(MICROPHONE_LABEL).first().waitFor({ state: 'attached' });
  // It plays for a minute: each frame of the recording knows its time.
  const playback = audio.play(join(folder, 'ramp.raw'), speaker);
  opened.push(async () => playback.stop());
  await button(page, /^Record/).click();
  await untilTime(page, '0:03');
}

async function stop(page: Page): Promise<void> {
  await button(page, /^Stop/).click();
  await page.getByRole('group', { name: 'Saved' }).waitFor();
}

/** The recording's gaps, and by how many frames what was heard after each is out of place. */
async function outcome() {
  const [session] = await app.sessions();
  const [part] = session?.parts ?? [];
  const master = session?.files.find((file) => file.master);
  const { samples } = await readWav(join(app.recordingsDir, master?.file_path ?? ''));
  const stretches = rampStretches(samples).filter(({ frames }) => frames > RATE / 100);
  const offsets = stretches.map(({ atFrame, fromIndex }) => atFrame - fromIndex);
  const [first = 0] = offsets;
  const gaps = part?.report?.gaps ?? [];
  return {
    session,
    stretches,
    causes: gaps.map(({ cause }) => cause),
    gapFrames: gaps.reduce((sum, { frames }) => sum + frames, 0),
    misplacedFrames: Math.max(...offsets.map((offset) => Math.abs(offset - first))),
    offClockSeconds: Math.abs((part?.report?.tracks[0]?.clock ?? 0) - (part?.report?.expected ?? 0)) / RATE,
  };
}

async function expectOneHole(cause: GapCause): Promise<void> {
  const { causes, gapFrames, stretches, misplacedFrames, offClockSeconds } = await outcome();
  expect(new Set(causes)).toEqual(new Set([cause]));
  expect(gapFrames).toBeGreaterThan(0);
  expect(stretches.length).toBeGreaterThanOrEqual(2);
  expect(stretches.at(-1)?.frames).toBeGreaterThan(RATE);
  expect(misplacedFrames).toBeLessThan(PLACED_WITHIN_FRAMES);
  expect(offClockSeconds).toBeLessThan(1);
}

describe('the page goes away', () => {
  test('reloaded while recording: it goes on by itself, and the time between is a marked hole', async () => {
    const { page } = app;
    await record(page);
    await page.getByLabel('Marker name (optional)').fill('Before');
    await button(page, /^Marker/).click();
    await page.getByText(/^Marker 1 at/).waitFor();
    await page.reload();
    await page
      .getByText(/The page was closed or reloaded at 0:0\d\. Recording goes on; .* are missing/)
      .waitFor();
    await page.getByText(/^Marker 1 at 0:0\d: Before/).waitFor();
    await untilTime(page, /0:0[789]/);
    await stop(page);
    await page
      .getByText(/missing at 0:0\d: page closed or connection lost/)
      .first()
      .waitFor();
    await expectOneHole('disconnected');
  });

  test('crashed while recording: opened again, it goes on', async () => {
    await record(app.page);
    const devTools = await app.browser.context.newCDPSession(app.page);
    void devTools.send('Page.crash').catch(() => undefined);
    await app.page.waitForEvent('crash');
    const again = await app.browser.context.newPage();
    await again.goto(app.origin);
    await again.getByText(/Recording goes on; .* are missing/).waitFor();
    await untilTime(again, /0:0[89]/);
    await stop(again);
    await expectOneHole('disconnected');
  });

  test('reloaded during a pause: it is still paused, and the pause leaves no hole', async () => {
    const { page } = app;
    await record(page);
    await button(page, /^Pause/).click();
    await button(page, /^Resume/).waitFor();
    await page.reload();
    await button(page, /^Resume/).click();
    await untilTime(page, '0:05');
    await stop(page);
    const { causes, stretches } = await outcome();
    expect(causes).toEqual([]);
    expect(stretches).toHaveLength(2);
  });

  test('a second window leaves the recording of the first alone, and says that there is one', async () => {
    await record(app.page);
    const second = await app.browser.context.newPage();
    await second.goto(app.origin);
    await second.getByText('Another window is recording').waitFor();
    await button(second, /^Record/).click();
    await untilTime(second, '0:02');
    await stop(second);
    await second.close();
    await stop(app.page);
    const sessions = await app.sessions();
    expect(sessions.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(sessions.flatMap(({ parts }) => parts.flatMap(({ report }) => report?.gaps))).toEqual([]);
  });
});

describe('the microphone goes away', () => {
  test('unplugged and plugged in again: one line while it is gone, and the hole is as long as it was gone', async () => {
    const { page } = app;
    await record(page);
    await audio.unplugMicrophone();
    await page.getByText(/was disconnected at 0:0\d/).waitFor();
    await audio.plugInMicrophone();
    await page.getByText(/Now recording from Test_Microphone; .* are missing at 0:0\d and marked/).waitFor();
    await untilTime(page, /0:(0[89]|1)/);
    await stop(page);
    await page
      .getByText(/missing at 0:0\d: microphone unplugged/)
      .first()
      .waitFor();
    const { causes, offClockSeconds } = await outcome();
    expect(causes).toContain('device_lost');
    expect(offClockSeconds).toBeLessThan(1);
  });

  test('another one takes its place: it is named', async () => {
    const { page } = app;
    await audio.addMicrophone('Second_Microphone');
    await record(page);
    await audio.removeMicrophone();
    await page.getByText(/Now recording from (Second_Microphone|Default)/).waitFor();
    await stop(page);
    expect((await outcome()).session?.status).toBe('completed');
  });

  test('a microphone that stalls is on the screen while it does, and goes on where the time is', async () => {
    const { page } = app;
    await record(page);
    await audio.stall(true);
    await page.getByText(/No audio has arrived since/).waitFor();
    await audio.stall(false);
    await page.getByText(/No audio has arrived since/).waitFor({ state: 'hidden' });
    await untilTime(page, /0:(0[89]|1)/);
    await stop(page);
    const { causes, offClockSeconds } = await outcome();
    expect(causes).toEqual(['missing_chunks']);
    expect(offClockSeconds).toBeLessThan(1);
  });

  test('Stop does not wait for a microphone that delivers nothing', async () => {
    const { page } = app;
    await record(page);
    await audio.stall(true);
    await page.getByText(/No audio has arrived since/).waitFor();
    const saving = page.getByRole('group', { name: 'Saved' }).waitFor({ timeout: 1500 });
    await button(page, /^Stop/).click();
    await saving;
  });

  test('audio that the browser dropped while it was frozen is missing where it was dropped, and time does not shift', async () => {
    const { page, browser } = app;
    await record(page, {});
    const thaw = await browser.freezePages();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    thaw();
    await untilTime(page, /0:1[2-9]/);
    await stop(page);
    const { causes, stretches, misplacedFrames, gapFrames } = await outcome();
    expect(causes).toEqual(['missing_chunks']);
    expect(stretches).toHaveLength(2);
    // Whole pieces were dropped; on a busy machine the stamps may be wrong by one of them.
    expect([0, PIECE_FRAMES]).toContain(misplacedFrames);
    expect(gapFrames).toBeGreaterThan(RATE);
  });
});
