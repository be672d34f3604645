import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GapCause } from '../../src-main/contract/capture-report.ts';
import { type AudioServer, MICROPHONE_LABEL, startAudioServer } from '../support/audio-server.ts';
import { type BrowserApp, openBrowserApp } from '../support/browser-app.ts';
import { rampStretches, writeIndexRamp } from '../support/index-ramp.ts';
import { recordedSeconds, untilRecorded } from '../support/page-timer.ts';
import { readWav } from '../support/read-wav.ts';

const RATE = 48_000;
/** What Chromium hands over at once. */
const PIECE_FRAMES = 1024;
/** Where one capture ends and another begins, the clock of a busy machine places the sound to this many frames. */
const PLACED_WITHIN_FRAMES = RATE / 5;
/** The recorder itself calls a source behind from here on. */
const ON_THE_CLOCK_SECONDS = 2;

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
afterEach(async ({ task }) => {
  // What was on the screen says more than which words were not.
  if (task.result?.state === 'fail')
    for (const page of app.browser.context.pages())
      console.log(await page.locator('body').innerText({ timeout: 2000 }).catch(String));
  for (const close of opened.splice(0).reverse()) await close();
});

const button = (page: Page, name: RegExp) => page.getByRole('button', { name });

async function record(page: Page): Promise<void> {
  page.on('dialog', (dialog) => void dialog.accept());
  await page.getByLabel('Quality').selectOption({ label: 'Full range: 48 kHz stereo' });
  await page.getByText(MICROPHONE_LABEL).first().waitFor({ state: 'attached' });
  // It plays for a minute: each frame of the recording knows its time.
  const playback = await audio.playInside(join(folder, 'ramp.raw'));
  opened.push(async () => playback.stop());
  await button(page, /^Record/).click();
  await untilRecorded(page, 3);
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
  const { gaps = [], tracks = [] } = part?.report ?? {};
  const longest = gaps.reduce((best, gap) => (gap.frames > best.frames ? gap : best), NO_GAP);
  return {
    session,
    stretches,
    gaps,
    /** What was heard after the longest hole. */
    heardAfterFrames: stretches
      .filter(({ atFrame }) => atFrame > longest.start_frame)
      .reduce((sum, { frames }) => sum + frames, 0),
    causes: new Set(gaps.map(({ cause }) => cause)),
    misplacedFrames: Math.max(...offsets.map((offset) => Math.abs(offset - first))),
    /** By how much the recording is longer or shorter than the engine's clock says. */
    offClockSeconds: Math.abs((tracks[0]?.clock ?? 0) - (tracks[0]?.expected ?? 0)) / RATE,
  };
}

const NO_GAP = { start_frame: 0, frames: 0 };
/** A machine too busy to read the microphone loses a piece here and there, and says so. */
const BUSY: GapCause = 'missing_chunks';

/** The recording has a hole of this cause, and whatever follows it is where it was heard. */
async function expectHole(cause: GapCause): Promise<void> {
  const { causes, stretches, heardAfterFrames, misplacedFrames } = await outcome();
  expect(causes).toContain(cause);
  expect([cause, BUSY]).toEqual(expect.arrayContaining([...causes]));
  expect(stretches.length).toBeGreaterThanOrEqual(2);
  expect(heardAfterFrames).toBeGreaterThan(RATE);
  expect(misplacedFrames).toBeLessThan(PLACED_WITHIN_FRAMES);
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
      .getByText(/The page was closed or reloaded at \d+:\d\d\. Recording goes on; .* are missing/)
      .waitFor();
    await page.getByText(/^Marker 1 at \d+:\d\d: Before/).waitFor();
    await untilRecorded(page, (await recordedSeconds(page)) + 3);
    await stop(page);
    await page
      .getByText(/missing at \d+:\d\d: page closed or connection lost/)
      .first()
      .waitFor();
    await expectHole('disconnected');
  });

  test('crashed while recording: opened again, it goes on', async () => {
    await record(app.page);
    const devTools = await app.browser.context.newCDPSession(app.page);
    void devTools.send('Page.crash').catch(() => undefined);
    await app.page.waitForEvent('crash');
    const again = await app.browser.context.newPage();
    await again.goto(app.origin);
    await again.getByText(/Recording goes on; .* are missing/).waitFor();
    await untilRecorded(again, (await recordedSeconds(again)) + 3);
    await stop(again);
    await expectHole('disconnected');
  });

  test('reloaded during a pause: it is still paused, and the pause leaves no hole', async () => {
    const { page } = app;
    await record(page);
    await button(page, /^Pause/).click();
    await button(page, /^Resume/).waitFor();
    const pausedAt = await recordedSeconds(page);
    await page.reload();
    await button(page, /^Resume/).click();
    await untilRecorded(page, pausedAt + 2);
    await stop(page);
    const { causes, stretches } = await outcome();
    expect([BUSY]).toEqual(expect.arrayContaining([...causes]));
    expect(stretches.length).toBeGreaterThanOrEqual(2);
  });

  test('a second window leaves the recording of the first alone, and says that there is one', async () => {
    await record(app.page);
    const second = await app.browser.context.newPage();
    await second.goto(app.origin);
    await second.getByText('Another window is recording').waitFor();
    await button(second, /^Record/).click();
    await untilRecorded(second, 2);
    await stop(second);
    await second.close();
    await stop(app.page);
    const sessions = await app.sessions();
    expect(sessions.map(({ status }) => status)).toEqual(['completed', 'completed']);
    const gaps = sessions.flatMap(({ parts }) => parts.flatMap(({ report }) => report?.gaps ?? []));
    expect([BUSY]).toEqual(expect.arrayContaining(gaps.map(({ cause }) => cause)));
  });
});

test('the engine dies and stays away: what the page still holds is a file that goes on where the disk ends', async () => {
  const { page } = app;
  await record(page);
  await app.killEngine();
  const note = page.getByRole('group', { name: 'Not everything reached the disk' });
  // Half a minute is how long the page waits for an engine.
  await note.waitFor({ timeout: 60_000 });
  const devTools = await app.browser.context.newCDPSession(page);
  await devTools.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  const held = async () => (await readdir(folder)).find((name) => name.endsWith('_unsaved_user.wav'));
  await note.getByRole('button', { name: 'Save as a file' }).click();
  await expect.poll(held).toBeDefined();
  const saved = await readWav(join(folder, (await held()) ?? ''));
  expect(saved).toMatchObject({ sampleRate: RATE, numChannels: 2, bitsPerSample: 16 });
  const [session = ''] = await readdir(app.recordingsDir);
  const sessionFiles = await readdir(join(app.recordingsDir, session));
  const master = sessionFiles.find((name) => /^user_.*\.wav/.test(name)) ?? '';
  const written = await readWav(join(app.recordingsDir, session, master));
  const lastWritten = rampStretches(written.samples).at(-1);
  const [firstHeld] = rampStretches(saved.samples);
  expect(lastWritten && firstHeld).toBeDefined();
  if (lastWritten === undefined || firstHeld === undefined) return;
  // Written and not yet acknowledged is in both.
  expect(firstHeld.fromIndex).toBeLessThanOrEqual(lastWritten.fromIndex + lastWritten.frames);
  expect(firstHeld.fromIndex).toBeGreaterThan(lastWritten.fromIndex + lastWritten.frames - 2 * RATE);
  expect(saved.samples.length / 4).toBeGreaterThan(25 * RATE);
});

describe('the microphone goes away', () => {
  test('unplugged and plugged in again: one line while it is gone, and the hole is as long as it was gone', async () => {
    const { page } = app;
    await record(page);
    await audio.unplugMicrophone();
    await page.getByText(/was disconnected at \d+:\d\d/).waitFor();
    await audio.plugInMicrophone();
    await page
      .getByText(/Now recording from Test_Microphone; .* are missing at \d+:\d\d and marked/)
      .waitFor();
    await untilRecorded(page, (await recordedSeconds(page)) + 2);
    await stop(page);
    await page
      .getByText(/missing at \d+:\d\d: microphone unplugged/)
      .first()
      .waitFor();
    // What was played stopped with the speaker, so the engine's clock is the one to compare with.
    const { causes, offClockSeconds } = await outcome();
    expect(causes).toContain('device_lost');
    expect(offClockSeconds).toBeLessThan(ON_THE_CLOCK_SECONDS);
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
    await untilRecorded(page, (await recordedSeconds(page)) + 2);
    await stop(page);
    const { causes, gaps, offClockSeconds } = await outcome();
    expect(causes).toEqual(new Set(['missing_chunks']));
    // It is told after 0.7 s.
    expect(Math.max(...gaps.map(({ frames }) => frames))).toBeGreaterThan(RATE / 2);
    expect(offClockSeconds).toBeLessThan(ON_THE_CLOCK_SECONDS);
  });

  test('a recording is stopped and saved though its microphone delivers nothing', async () => {
    const { page } = app;
    await record(page);
    await audio.stall(true);
    await page.getByText(/No audio has arrived since/).waitFor();
    await stop(page);
    expect((await outcome()).session?.status).toBe('completed');
  });

  test('audio that the browser dropped while it was frozen is missing where it was dropped, and time does not shift', async () => {
    const { page, browser } = app;
    await record(page);
    const thaw = await browser.freezePages();
    // Longer than Chromium keeps what nobody reads.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    thaw();
    await untilRecorded(page, 12);
    await stop(page);
    const { causes, stretches, misplacedFrames, gaps } = await outcome();
    expect(causes).toEqual(new Set(['missing_chunks']));
    expect(stretches.length).toBeGreaterThanOrEqual(2);
    // Whole pieces are dropped; on a busy machine the stamps may be wrong by one of them for each hole.
    expect(misplacedFrames % PIECE_FRAMES).toBe(0);
    expect(misplacedFrames / PIECE_FRAMES).toBeLessThan(stretches.length);
    expect(Math.max(...gaps.map(({ frames }) => frames))).toBeGreaterThan(RATE);
  });
});
