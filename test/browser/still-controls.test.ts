import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openScreen } from './open-screen.ts';

declare global {
  interface Window {
    seen?: { readonly tops: number[]; reopened: boolean };
  }
}

/** Notes, from now on, where the format's buttons are in each frame, and that devices were opened anew. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { tops: [] as number[], reopened: false };
    new MutationObserver(() => {
      const isReady = document.querySelector('.record-button')?.getAttribute('aria-disabled') === 'false';
      if (!isReady) seen.reopened = true;
    }).observe(document.body, { attributes: true, subtree: true });
    const look = (): void => {
      const top = document.querySelector('.choices')?.getBoundingClientRect().top ?? NaN;
      if (seen.tops.at(-1) !== top) seen.tops.push(top);
      requestAnimationFrame(look);
    };
    look();
    window.seen = seen;
  });
}

const untilReopened = (page: Page) =>
  page.waitForFunction(
    () =>
      window.seen?.reopened === true &&
      document.querySelector('.record-button')?.getAttribute('aria-disabled') === 'false',
  );

test.each(['Lecture', 'Meeting'])(
  'what is clicked right after a change of quality does not move away: %s',
  async (profile) => {
    const { page } = await openScreen();
    await page.getByRole('radio', { name: profile }).check();
    await page.locator('.record-button[aria-disabled="false"]').waitFor();
    for (const quality of ['stereo', 'speech']) {
      await watch(page);
      await page.getByLabel('Quality').selectOption(quality);
      await untilReopened(page);
      expect(await page.evaluate(() => window.seen?.tops), quality).toHaveLength(1);
    }
    // Pressed before the devices close, and let go of while they open: at the button's edge, where a shift is a miss.
    const box = await page.getByText('MP3', { exact: true }).first().boundingBox();
    if (box === null) throw new Error('expected the button');
    await page.mouse.move(box.x + box.width / 2, box.y + 3);
    await watch(page);
    await page.mouse.down();
    await page.getByLabel('Quality').selectOption('full');
    await page.waitForFunction(() => window.seen?.reopened === true);
    await page.mouse.up();
    await untilReopened(page);
    await expect.poll(() => page.getByRole('radio', { name: 'MP3' }).isChecked()).toBe(true);
  },
);
