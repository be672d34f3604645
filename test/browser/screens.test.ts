import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AudioServer, startAudioServer } from '../support/audio-server.ts';
import { writeIndexRamp } from '../support/index-ramp.ts';
import { type BrowserApp, type BrowserAppOptions, openBrowserApp } from '../support/browser-app.ts';
import { examineScreen, screensFolder } from '../support/examine-screen.ts';

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

/** By keyboard alone: a program is chosen in Settings and tried, then waits, fails and hears. */
async function transcribe(page: Page): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-recogniser-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [program, hold, fail] = ['recogniser.sh', 'hold', 'fail'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const script = [
    '#!/bin/sh',
    `[ -e ${fail} ] && { echo "error: out of memory" >&2; exit 1; }`,
    `while [ -e ${hold} ]; do sleep 0.05; done`,
    'echo heard by the program',
  ].join('\n');
  await writeFile(program, script, { mode: 0o755 });
  const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');

  await press('Choose a recogniser');
  await page.waitForFunction(() => document.activeElement?.id === 'recogniser-heading');
  await page.getByLabel('Recogniser', { exact: true }).selectOption('Another program');
  await page.getByLabel('Program', { exact: true }).fill(program);
  await page.getByLabel('Arguments, one a line').fill('{audio}');
  await press('Try it');
  await page.getByText('heard by the program').waitFor();
  await examineScreen(page, 'recogniser', [1180, 420]);
  await page.locator('.recogniser-form').getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByText('Saved.').waitFor();

  await writeFile(hold, '');
  await page.getByRole('navigation').getByRole('button', { name: 'Library' }).press('Enter');
  await press('Transcribe');
  await page.getByText('Transcribing…').waitFor();
  await examineScreen(page, 'transcribing');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel transcription');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Transcribe', exact: true }).waitFor();
  await rm(hold);
  await writeFile(fail, '');
  await press('Transcribe');
  await page.getByText(/out of memory.*The next try is at/).waitFor();
  await rm(program);
  await press('Try now');
  await page.getByText(/recogniser\.sh was not found/).waitFor();
  await examineScreen(page, 'transcription-failed', [420]);
  await rm(fail);
  await writeFile(program, script, { mode: 0o755 });
  await press('Try again');
  await page
    .getByRole('button', { name: /heard by the program/ })
    .first()
    .waitFor();

  await page.getByLabel('Text as').selectOption('Markdown');
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await press('Save text');
  const written = () => readFile(join(folder, 'A talk.md'), 'utf8').catch(() => '');
  await vi.waitFor(async () => expect(await written()).toContain('heard by the program'), 10_000);
  const subtitles = join(folder, 'other.srt');
  await writeFile(subtitles, '1\n00:00:30,000 --> 00:00:31,000\nbrought along\n');
  await page.getByLabel('Import text…').setInputFiles(subtitles);
  await page.getByText('1 line taken from other.srt.').waitFor();
  await page
    .getByRole('button', { name: /brought along/ })
    .first()
    .waitFor();
  await examineScreen(page, 'text-files', [860]);
}

describe('every screen can be read and used by everybody', () => {
  test('no microphone', async () => {
    const page = await open({ plugged: false });
    await page.getByRole('heading', { name: 'No microphone found' }).waitFor();
    await examineScreen(page, 'no-microphone');
  });

  test('permission denied', async () => {
    const page = await open({ microphone: 'denied' });
    await page.getByRole('heading', { name: 'The microphone is not allowed' }).waitFor();
    await examineScreen(page, 'permission-denied');
  });

  test('permission not given yet', async () => {
    const page = await open({ microphone: 'asked' });
    await page.getByRole('button', { name: 'Allow microphone' }).waitFor();
    await examineScreen(page, 'permission-needed');
  });

  test('ready, recording, paused, saved, library, settings', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^Record/ }).waitFor();
    await examineScreen(page, 'ready');
    await page.getByLabel('Title').fill('Weekly planning');
    await page.getByRole('button', { name: /^Record/ }).click();
    await page.getByRole('timer').getByText('0:01').waitFor();
    await page.getByLabel('Marker name (optional)').fill('Budget');
    await page.getByRole('button', { name: /^Marker/ }).click();
    await examineScreen(page, 'recording');
    await page.getByRole('button', { name: /^Pause/ }).click();
    await page.getByRole('button', { name: /^Resume/ }).waitFor();
    await examineScreen(page, 'paused');
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    await examineScreen(page, 'saved');
    await page.getByRole('button', { name: /^Weekly planning/ }).click();
    await page.getByRole('button', { name: 'Rename' }).waitFor();
    await examineScreen(page, 'library-details');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').waitFor();
    await examineScreen(page, 'delete');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await examineScreen(page, 'settings');
    await page.setViewportSize({ width: 420, height: 760 });
    await examineScreen(page, 'settings-narrow');
    await page.getByRole('navigation').getByRole('button', { name: 'Record' }).click();
    await examineScreen(page, 'ready-narrow');
  });

  test('interrupted recordings: gone on with, disconnected, with a hole, recovered', async () => {
    const widths = [1000, 420];
    const page = await open();
    page.on('dialog', (dialog) => void dialog.accept());
    // Something to hear, lest silence be the news.
    await mkdir(screensFolder, { recursive: true });
    await writeIndexRamp(join(screensFolder, 'noise.raw'), 60);
    audio?.play(join(screensFolder, 'noise.raw'));
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
    await audio?.unplugMicrophone();
    await page.getByText(/was disconnected at/).waitFor();
    await examineScreen(page, 'disconnected', widths);
    await audio?.plugInMicrophone();
    await page.getByText(/missing at 0:\d\d and marked/).waitFor();
    await examineScreen(page, 'hole', widths);
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    await examineScreen(page, 'saved-with-holes', widths);
    await page.getByRole('button', { name: 'Show in library' }).click();
    await page.getByText('Captured:').waitFor();
    await examineScreen(page, 'report', widths);
  });

  test('both sides: ready, recording, the other one silent', async () => {
    const page = await open();
    await page.setViewportSize({ width: 1180, height: 760 });
    await audio?.control('load-module', 'module-null-sink', 'sink_name=headset', 'rate=48000');
    await audio?.control('set-default-sink', 'headset');
    await mkdir(screensFolder, { recursive: true });
    await writeIndexRamp(join(screensFolder, 'noise.raw'), 60);
    audio?.play(join(screensFolder, 'noise.raw'), { latencyMs: 200 });
    const theirs = audio?.play(join(screensFolder, 'noise.raw'), { sink: 'headset', latencyMs: 200 });
    await page.getByRole('radio', { name: 'Meeting' }).check();
    await page.getByText('Everything this computer plays.').waitFor();
    await examineScreen(page, 'both-ready', [1180, 420]);
    theirs?.stop();
    await page.getByRole('button', { name: 'Record R', disabled: false }).click();
    await page.getByRole('timer').getByText('0:02').waitFor();
    await examineScreen(page, 'both-recording', [420]);
    await page.getByText(/The other side has sent pure silence since 0:00/).waitFor();
    await examineScreen(page, 'both-silent', [1180]);
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });

  test.each([
    { name: 'asked-for', canShare: true, words: /Your browser will ask what to share/ },
    {
      name: 'unavailable',
      canShare: false,
      words: /System audio is not available: .* Your microphone alone/,
    },
  ])('a system that does not hand over its sound: $name', async ({ name, canShare, words }) => {
    const page = await open({ engine: { prepare: () => ({ PULSE_SERVER: 'unix:/nowhere' }) } });
    if (!canShare) {
      await page.addInitScript(() => Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia'));
      await page.reload();
    }
    await page.getByRole('radio', { name: 'Meeting' }).check();
    await page.getByText(words).waitFor();
    await examineScreen(page, `other-side-${name}`, [420]);
    await page.getByRole('button', { name: 'Record R', disabled: false }).waitFor();
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

  test('what was said: heard line by line, corrected, and found again', async () => {
    const page = await open();
    const speech = join(screensFolder, 'speech.raw');
    await mkdir(screensFolder, { recursive: true });
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

    await transcribe(page);
    await page.getByRole('button', { name: /^Edit/ }).first().click();
    await examineScreen(page, 'conversation-edit', [1180, 420]);
    await page.getByLabel('Speaker').fill('Ada');
    await page
      .getByRole('textbox', { name: 'Text', exact: true })
      .fill('The quick brown fox <b>jumps</b> over the lectern.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: /Ada The quick brown fox/ }).waitFor();
    await page.getByRole('searchbox').fill('jumps lect');
    await page.locator('.hit mark').first().waitFor();
    await examineScreen(page, 'conversation', [1180, 860, 420]);
    await page.locator('.hit').first().click();
    await page.locator('.line[data-heard="true"]').waitFor();
    await page.getByRole('slider', { name: 'Position' }).press('Home');
    await page.waitForFunction(
      () => (document.querySelector<HTMLAudioElement>('.session audio')?.currentTime ?? 99) < 2,
    );
  });
});
