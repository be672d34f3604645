import { rmSync, writeFileSync } from 'node:fs';
import { fillUp, smallDisk } from '../disks.ts';
import type { TourEvent } from '../room.ts';

/** What keeps a recording from beginning. */
export const startEvents: readonly TourEvent[] = [
  {
    name: 'no-microphone',
    options: { microphonePlugged: false },
    async run({ page, audio, shoot }) {
      await page.getByText('No microphone found').first().waitFor();
      await shoot('none');
      await audio.plugInMicrophone();
      await page.getByText('No microphone found').waitFor({ state: 'hidden' });
      await shoot('plugged-in');
    },
  },
  {
    name: 'microphone-denied',
    options: { microphone: 'denied' },
    async run({ page, shoot }) {
      await page.getByText('The microphone is not allowed').first().waitFor();
      await shoot('denied');
    },
  },
  {
    name: 'disk-full-at-start',
    options: { engine: smallDisk(16) },
    async run({ app, page, shoot }) {
      fillUp(app.recordingsDir);
      await page.getByRole('button', { name: /^Record R/, disabled: false }).click();
      await page.getByRole('alert').waitFor();
      await shoot('refused');
    },
  },
  {
    name: 'folder-unwritable-at-start',
    async run({ app, page, shoot }) {
      // Also true for root: a folder that cannot be made because a file is in its way.
      rmSync(app.recordingsDir, { recursive: true, force: true });
      writeFileSync(app.recordingsDir, 'in the way');
      await page.getByRole('button', { name: /^Record R/, disabled: false }).click();
      await page.getByRole('alert').waitFor();
      await shoot('refused');
    },
  },
];
