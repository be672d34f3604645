import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** How long the recording is by the page's own account, in seconds. */
export async function recordedSeconds(page: Page): Promise<number> {
  const words = (await page.getByRole('timer').textContent()) ?? '';
  return words.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Waits until the recording is so long, however much of it was missed on the way. Rejects after 30 s more than that. */
export async function untilRecorded(page: Page, seconds: number): Promise<void> {
  const deadlineMs = performance.now() + 30_000 + seconds * 1000;
  for (;;) {
    const recorded = await recordedSeconds(page);
    if (recorded >= seconds) return;
    if (performance.now() > deadlineMs)
      throw new Error(`expected ${seconds} s to be recorded, the page counts ${recorded} s`);
    await delay(100);
  }
}
