import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { type AudioServer, startAudioServer } from '../support/audio-server.ts';
import { type BrowserApp, type BrowserAppOptions, openBrowserApp } from '../support/browser-app.ts';

/** The app in a browser, with an audio server of its own; both are gone after the test. */
export async function openScreen(
  options: Omit<BrowserAppOptions, 'env'> & { plugged?: boolean } = {},
): Promise<{ page: Page; app: BrowserApp; audio: AudioServer }> {
  const audio = await startAudioServer({ microphone: options.plugged !== false });
  onTestFinished(() => audio.stop());
  const app = await openBrowserApp({ ...options, env: audio.env });
  onTestFinished(() => app.close());
  await app.open();
  return { page: app.page, app, audio };
}
