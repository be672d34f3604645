import { resumeAudio, suspendAudio } from '../in-page.ts';
import type { TourEvent } from '../room.ts';

export const pageEvents: readonly TourEvent[] = [
  {
    name: 'reloaded',
    async run({ page, record, stop, shoot }) {
      await record();
      await page.reload();
      await page.getByText(/Recording goes on/).waitFor();
      await shoot('goes-on');
      await page.waitForTimeout(2000);
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'crashed',
    async run({ app, page, record, stop, shoot }) {
      await record();
      const devTools = await app.browser.context.newCDPSession(page);
      void devTools.send('Page.crash').catch(() => undefined);
      await page.waitForEvent('crash');
      const again = await app.browser.context.newPage();
      await again.goto(app.origin);
      await again.getByText(/Recording goes on/).waitFor();
      await shoot('opened-again', again);
      await again.waitForTimeout(2000);
      await stop(again);
      await shoot('saved', again);
    },
  },
  {
    name: 'closed-for-a-minute',
    async run({ app, page, record, shoot }) {
      await record();
      await page.close({ runBeforeUnload: false });
      await new Promise((resolve) => setTimeout(resolve, 35_000));
      const again = await app.browser.context.newPage();
      await app.open(again);
      await again.getByRole('group', { name: 'Saved' }).waitFor();
      await shoot('opened-again', again);
    },
  },
  {
    name: 'second-window',
    async run({ app, page, record, stop, shoot }) {
      await record();
      const second = await app.browser.context.newPage();
      await second.goto(app.origin);
      await second.getByText('Another window is recording').waitFor();
      await shoot('second', second);
      await second.close();
      await stop(page);
    },
  },
  {
    name: 'audio-suspended',
    async run({ page, record, stop, shoot }) {
      // Chromium reads the microphone without an audio context; other browsers cannot.
      await page.addInitScript(() => Reflect.deleteProperty(window, 'MediaStreamTrackProcessor'));
      await page.reload();
      await record();
      await suspendAudio(page);
      await page.waitForTimeout(4000);
      await shoot('suspended');
      await resumeAudio(page);
      await page.waitForTimeout(3000);
      await shoot('resumed');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'computer-stood-still',
    async run({ app, page, record, stop, shoot }) {
      await record();
      const goOn = await app.browser.freezePages();
      await new Promise((resolve) => setTimeout(resolve, 8000));
      goOn();
      await page.waitForTimeout(4000);
      await shoot('goes-on');
      await stop();
      await shoot('saved');
    },
  },
];
