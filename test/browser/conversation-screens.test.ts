import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { examineScreen } from '../support/examine-screen.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openScreen } from './open-screen.ts';

/** By keyboard alone: a program is chosen in Settings and tried, then waits, fails and hears. */
async function transcribe(page: Page): Promise<void> {
  const folder = await temporaryFolder();
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

test('what was said: heard line by line, corrected, and found again', async () => {
  const { page, app, audio } = await openScreen();
  const speech = join(await temporaryFolder(), 'speech.raw');
  execFileSync('sox', [
    resolve(import.meta.dirname, '../../resources/sample-speech.wav'),
    ...['-t', 'raw', '-r', '48000', '-c', '2', '-e', 'signed', '-b', '16', speech],
  ]);
  await page.getByLabel('Title').fill('A talk');
  await page.getByRole('button', { name: /^Record/, disabled: false }).click();
  await page.getByRole('button', { name: /^Stop/ }).waitFor();
  await audio.play(speech).finished;
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
  const [session] = await app.sessions();
  const turn = await app.firstTurn(session?.id ?? '');
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
