import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { type AudioServer, MICROPHONE_LABEL, startAudioServer } from '../support/audio-server.ts';
import { type BrowserApp, type BrowserAppOptions, openBrowserApp } from '../support/browser-app.ts';
import { untilRecorded } from '../support/page-timer.ts';

const run = promisify(execFile);
const speech = resolve(import.meta.dirname, '../../resources/sample-speech.wav');

/** A lecturer's desk: the built app in a real browser, a microphone into which somebody speaks. */
export interface Room {
  readonly app: BrowserApp;
  readonly page: Page;
  readonly audio: AudioServer;
  /** Presses Record and waits until so many seconds are recorded. */
  record(options?: { seconds?: number; format?: 'WAV' | 'MP4' | 'MP3' }): Promise<void>;
  stop(page?: Page): Promise<void>;
  /** Pictures the screen, wide and light, narrow and dark, and says what it tells the user. */
  shoot(step: string, page?: Page): Promise<void>;
}

export interface TourEvent {
  readonly name: string;
  readonly options?: Omit<BrowserAppOptions, 'env'> & { readonly microphonePlugged?: boolean };
  /** Makes it happen, and pictures it. */
  readonly run: (room: Room) => Promise<void>;
}

const SIZES = [
  { name: 'wide-light', width: 1100, height: 800, colorScheme: 'light' },
  { name: 'narrow-dark', width: 390, height: 800, colorScheme: 'dark' },
] as const;

/** Where the app says what goes on. */
const TELLING = '[role=status], [role=alert], .note, .disk-line, .saved-card .meta, .recovery, .timer';

export async function play(event: TourEvent, folder: string): Promise<void> {
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const home = await mkdtemp(join(tmpdir(), 'lectern-tour-'));
    closing.push(() => rm(home, { recursive: true, force: true }));
    const { microphonePlugged = true, ...options } = event.options ?? {};
    const audio = await startAudioServer({ microphone: microphonePlugged });
    closing.push(() => audio.stop());
    const app = await openBrowserApp({ ...options, env: audio.env });
    closing.push(() => app.close());
    await app.open();
    if (microphonePlugged) await speak(audio, home);
    const room = openRoom(app, audio, event.name, folder);
    try {
      await event.run(room);
    } catch (error) {
      // What was on the screen says more than which words were not.
      for (const page of app.browser.context.pages()) await room.shoot('failed', page).catch(() => undefined);
      throw error;
    }
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Two minutes of speech, over and over. */
async function speak(audio: AudioServer, home: string): Promise<void> {
  const raw = join(home, 'speech.raw');
  const shape = ['-r', '48000', '-c', '2', '-b', '16', '-e', 'signed', '-t', 'raw'];
  await run('sox', [speech, ...shape, raw, 'repeat', '11']);
  await audio.playInside(raw);
}

function openRoom(app: BrowserApp, audio: AudioServer, name: string, folder: string): Room {
  let shots = 0;
  const { page } = app;
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  return {
    app,
    page,
    audio,
    async record({ seconds = 4, format = 'WAV' } = {}) {
      await page.getByText(MICROPHONE_LABEL).first().waitFor({ state: 'attached' });
      await page.getByRole('radio', { name: format }).check({ force: true });
      await page.getByRole('button', { name: /^Record R/ }).click();
      await untilRecorded(page, seconds);
    },
    async stop(where = page) {
      await where.getByRole('button', { name: /^Stop/ }).click();
      await where.getByRole('group', { name: 'Saved' }).waitFor({ timeout: 60_000 });
    },
    async shoot(step, where = page) {
      shots += 1;
      await mkdir(folder, { recursive: true });
      const told = await where.locator(TELLING).allInnerTexts();
      const lines = [...new Set(told.map((text) => text.replaceAll(/\s+/g, ' ').trim()).filter(Boolean))];
      process.stdout.write(`\n${name}: ${step}\n${lines.map((line) => `    ${line}\n`).join('')}`);
      for (const { name: size, width, height, colorScheme } of SIZES) {
        await where.setViewportSize({ width, height });
        await where.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await where.screenshot({ path: join(folder, `${name}-${shots}-${step}-${size}.png`) });
      }
      await where.setViewportSize({ width: 1100, height: 800 });
    },
  };
}
