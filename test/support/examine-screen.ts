import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';

/** Where pictures of screens are left to be looked at. */
const screensFolder = resolve(import.meta.dirname, '../../test-results/screens');

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullish(),
    nodes: z.array(z.object({ target: z.unknown() })),
  }),
);

/** Pictures the screen as it is, light and dark, and expects axe to find nothing serious in either. */
export async function examineScreen(page: Page, name: string, widths: readonly number[] = []): Promise<void> {
  const size = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 760 });
    await examineScreen(page, `${name}-${width}`);
  }
  if (widths.length > 0) {
    if (size !== null) await page.setViewportSize(size);
    return;
  }
  await mkdir(screensFolder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join(screensFolder, `${name}-${colorScheme}.png`) });
    // Only colours differ between the two.
    const rules = colorScheme === 'light' ? undefined : ['color-contrast'];
    expect(await seriousFindings(page, rules), `${name}, ${colorScheme}`).toEqual([]);
  }
}

async function seriousFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Evaluated by the debugger, not by the page: its security policy forbids scripts from elsewhere.
  const loaded = await page.evaluate(() => 'axe' in window);
  if (!loaded) await page.evaluate(await readFile(axePath, 'utf8'));
  const options = { resultTypes: ['violations'], ...(rules === undefined ? {} : { runOnly: rules }) };
  const violations = findings.parse(
    await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`);
}
