import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BrowserApp, openBrowserApp } from '../support/browser-app.ts';
import { examineScreen } from '../support/examine-screen.ts';
import { masterSamples } from '../support/read-wav.ts';

const run = promisify(execFile);
const WIDTHS = [1280, 900, 420];

let app: BrowserApp;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-drop-'));
  app = await openBrowserApp({ args: ['--use-fake-device-for-media-stream'] });
  await app.open();
  await app.page.getByRole('heading', { name: 'Library' }).waitFor();
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** Speech whose recorder died before it could fill in the sizes of the header. */
async function brokenWav(name: string): Promise<{ path: string; whole: string }> {
  const [whole, path] = [join(folder, `whole-${name}`), join(folder, name)];
  await run('espeak-ng', [
    '-w',
    join(folder, 'speech.wav'),
    'This is the lecture about phonetics, part three.',
  ]);
  await run('sox', ['-R', join(folder, 'speech.wav'), '-r', '16000', whole]);
  const bytes = await readFile(whole);
  bytes.writeUInt32LE(36, 4);
  bytes.writeUInt32LE(0, 40);
  await writeFile(path, bytes);
  return { path, whole };
}

/** Files that the engine has taken in and not let go. */
async function takenIn(): Promise<string[]> {
  const paths = await readdir(join(app.recordingsDir, '../intake'), { recursive: true });
  return paths.filter((path) => path.includes('original'));
}

type DragStep = 'dragEnter' | 'dragOver' | 'drop';

/** Drags files from the desktop over the page, as the browser itself reports it. */
async function drag(page: Page, paths: readonly string[]) {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const step = (type: DragStep) => browser.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  await step('dragEnter');
  await step('dragOver');
  return {
    drop: () => step('drop'),
    // The debugger's own word for it, dragCancel, is not heard by the page.
    leave: () =>
      page.evaluate(() => document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))),
  };
}

async function drop(page: Page, paths: readonly string[]): Promise<void> {
  await (await drag(page, paths)).drop();
}

/** Plays what is there, and waits until sound has come out of it. */
async function plays(page: Page, selector: string): Promise<number> {
  await page.waitForFunction((name) => {
    const audio = document.querySelector<HTMLAudioElement>(name);
    if (audio?.paused === true) void audio.play();
    return (audio?.currentTime ?? 0) > 0.2;
  }, selector);
  return page.evaluate((name) => document.querySelector<HTMLAudioElement>(name)?.duration ?? 0, selector);
}

test('a broken WAV that is dropped on the window is explained, mended, added and played', async () => {
  const { page } = app;
  const { path, whole } = await brokenWav('phonetics 3.wav');
  const dragged = await drag(page, [path]);
  await page.getByText('Drop audio files to have them looked at').waitFor();
  await examineScreen(page, 'intake-dragging', [420]);
  await dragged.leave();
  await page.getByText('Drop audio files to have them looked at').waitFor({ state: 'hidden' });

  await drop(page, [path]);
  await page.getByText('Damaged, and can be mended').waitFor();
  await page.getByText('Its header says that it is empty').waitFor();
  await examineScreen(page, 'intake-mendable', WIDTHS);
  await page.getByRole('button', { name: 'Listen: phonetics 3.wav' }).click();
  const seconds = (await masterSamples(whole)).length / 32_000;
  expect(await plays(page, '.incoming audio')).toBeCloseTo(seconds, 1);
  await examineScreen(page, 'intake-listening', [420]);

  await page.getByRole('button', { name: 'Add to recordings: phonetics 3.wav' }).click();
  await page.getByText('Added to recordings').waitFor();
  await examineScreen(page, 'intake-added', [420]);
  await page.getByRole('button', { name: 'Show: phonetics 3.wav' }).click();
  await page.getByText('Added from: “phonetics 3.wav”, mended').waitFor();
  expect(await plays(page, '.session audio')).toBeCloseTo(seconds, 1);
  await examineScreen(page, 'intake-session', WIDTHS);

  const [session] = await app.sessions();
  expect(session).toMatchObject({ title: 'phonetics 3', status: 'recovered' });
  const master = join(app.recordingsDir, '..', 'recordings', session?.files[0]?.file_path ?? '');
  expect((await masterSamples(master)).equals(await masterSamples(whole))).toBe(true);
  expect(app.complaints).toEqual([]);
});

test('several files and a folder at once: each has its own answer, and what is closed is gone', async () => {
  const { page } = app;
  const { path, whole } = await brokenWav('talk.wav');
  await run('ffmpeg', ['-v', 'error', '-i', whole, join(folder, 'cut.mp4')]);
  await truncate(join(folder, 'cut.mp4'), 5000);
  await writeFile(
    join(folder, 'notes.wav'),
    'These are no sounds, but the minutes of a meeting.'.repeat(400),
  );
  const samples = (await readFile(whole)).subarray(44);
  await writeFile(join(folder, 'samples.raw'), samples);
  const names = ['samples.raw', 'cut.mp4', 'notes.wav'].map((name) => join(folder, name));
  await drop(page, [...names, path, whole, folder]);
  await page.getByText('Damaged, and cannot be mended').first().waitFor();
  await page.getByText('Nothing to mend').waitFor();
  await page.getByText('The file does not say how fast it plays').waitFor();
  await page.getByText('The file could not be read').waitFor();
  await examineScreen(page, 'intake-several', WIDTHS);
  const listen = page.getByRole('button', { name: 'Listen: samples.raw' });
  await listen.click();
  const seconds = await plays(page, '.incoming audio');
  await page.getByLabel('Sample rate').selectOption('8000');
  await page.getByText('8 kHz mono').waitFor();
  await listen.click();
  expect(await plays(page, '.incoming audio')).toBeCloseTo(2 * seconds, 1);
  await page.getByRole('button', { name: /^Close lectern-drop/ }).click();
  await examineScreen(page, 'intake-raw', [420]);
  await page.getByRole('button', { name: 'Close all' }).click();
  await page.getByText('Files to look at').waitFor({ state: 'hidden' });
  await expect.poll(takenIn).toEqual([]);
  expect(await app.sessions()).toEqual([]);
  expect(app.complaints).toEqual([]);
});

test('a file chosen in the dialog is mended and saved, and a page that goes leaves nothing behind', async () => {
  const { page } = app;
  const { path, whole } = await brokenWav('chosen.wav');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Repair or add a file…' }).click();
  await (await chooser).setFiles(path);
  await page.getByText('Damaged, and can be mended').waitFor();
  const browser = await page.context().newCDPSession(page);
  await browser.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await page.getByRole('button', { name: 'Save a copy…: chosen.wav' }).click();
  const saved = join(folder, 'chosen.repaired.wav');
  await expect
    .poll(() => readFile(saved).catch(() => undefined), { timeout: 20_000 })
    .toEqual(await readFile(whole));
  await page.goto('about:blank');
  await expect.poll(takenIn).toEqual([]);
});

test('a recording whose file was damaged is checked, mended and played', async () => {
  const { page } = app;
  const { whole } = await brokenWav('lecture.wav');
  await drop(page, [whole]);
  await page.getByRole('button', { name: 'Add to recordings: whole-lecture.wav' }).click();
  await page.getByRole('button', { name: 'Show: whole-lecture.wav' }).click();
  const [session] = await app.sessions();
  const master = join(app.recordingsDir, session?.files[0]?.file_path ?? '');
  await page.getByRole('button', { name: /^Check and repair/ }).click();
  await page.getByText('The file is whole.').waitFor();
  const bytes = await readFile(master);
  bytes.writeUInt32LE(0, 40);
  await writeFile(master, bytes);
  await page.getByRole('button', { name: /^Check and repair/ }).click();
  await page.getByText('The damaged file is kept as').waitFor();
  await examineScreen(page, 'check-mended', [420]);
  expect((await masterSamples(master)).equals(await masterSamples(whole))).toBe(true);
  expect(await plays(page, '.session audio')).toBeCloseTo((await masterSamples(whole)).length / 32_000, 1);
  await rm(master);
  await page.getByRole('button', { name: /^Check and repair/ }).click();
  await page.getByText('put it back, and it can be played again').waitFor();
  await examineScreen(page, 'check-missing', [420]);
});
