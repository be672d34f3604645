import type { Page } from 'playwright-core';

/** A window exists before it has loaded anything. */
export async function untilLoaded(page: Page): Promise<Page> {
  await page.waitForFunction(() => 'lectern' in window);
  await page.waitForLoadState();
  return page;
}
