import { resolve } from 'node:path';
import type { TourEvent } from '../room.ts';
import { untilRecorded } from '../../support/page-timer.ts';

/** The engine with parts of 20 seconds, as an hour is long. */
const shortParts = {
  args: (dataDir: string) => [
    'test/torture/engine.ts',
    JSON.stringify({
      dataDir,
      rendererDir: resolve(import.meta.dirname, '../../../out/renderer'),
      limits: { maxDurationSeconds: 20 },
    }),
  ],
};

export const limitEvents: readonly TourEvent[] = [
  {
    name: 'limit',
    options: { engine: shortParts },
    async run({ page, record, stop, shoot }) {
      await record();
      await page.getByText(/soon be full/).waitFor();
      await shoot('at-80-percent');
      await untilRecorded(page, 19);
      await shoot('at-95-percent');
      await page.getByText(/Part 2 began/).waitFor();
      await shoot('rolled-over');
      await untilRecorded(page, 24);
      await stop();
      await page.waitForTimeout(1000);
      await shoot('saved');
      await page.getByRole('button', { name: 'Show in library' }).click();
      await page.waitForTimeout(1000);
      await shoot('in-library');
    },
  },
];
