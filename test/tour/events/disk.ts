import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { faultyDisk, fillUp, smallDisk } from '../disks.ts';
import type { TourEvent } from '../room.ts';

const stalling = faultyDisk();
const readOnly = faultyDisk({ match: '' });
const readOnlyWithSpare = faultyDisk({ match: '', spare: true });
const EROFS = constants.errno.EROFS;

export const diskEvents: readonly TourEvent[] = [
  {
    name: 'disk-nearly-full',
    options: { engine: smallDisk(40) },
    async run({ page, record, stop, shoot }) {
      await record();
      await page
        .getByText(/left on the disk/)
        .first()
        .waitFor();
      await page.waitForTimeout(1000);
      await shoot('low');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'disk-full',
    options: { engine: smallDisk(24) },
    async run({ app, page, record, shoot }) {
      await record();
      fillUp(app.recordingsDir);
      await page.getByRole('group', { name: 'Saved' }).waitFor();
      await page.waitForTimeout(1000);
      await shoot('full');
    },
  },
  {
    name: 'disk-full-with-spare-folder',
    options: { engine: smallDisk(24, { spare: true }) },
    async run({ app, page, record, stop, shoot }) {
      await record();
      fillUp(app.recordingsDir);
      await page.getByText(/spare folder/).waitFor();
      await shoot('moved');
      await page.waitForTimeout(2000);
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'folder-removed',
    async run({ app, page, record, stop, shoot }) {
      await record();
      rmSync(app.recordingsDir, { recursive: true });
      await page.waitForTimeout(4000);
      await shoot('removed');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'folder-read-only',
    options: { engine: readOnly.engine },
    async run({ page, record, shoot }) {
      await record();
      readOnly.faults.fail(EROFS, { names: true });
      await page.getByRole('group', { name: 'Saved' }).waitFor();
      await page.waitForTimeout(1000);
      await shoot('read-only');
      await page.getByRole('button', { name: /^Record R/ }).click();
      await page.getByRole('alert').waitFor();
      await shoot('another-refused');
    },
  },
  {
    name: 'folder-read-only-with-spare',
    options: { engine: readOnlyWithSpare.engine },
    async run({ page, record, stop, shoot }) {
      await record();
      readOnlyWithSpare.faults.fail(EROFS, { names: true });
      await page.getByText(/spare folder/).waitFor();
      await shoot('moved');
      await page.waitForTimeout(2000);
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'disk-stalled',
    options: { engine: stalling.engine },
    async run({ page, record, stop, shoot }) {
      await record();
      const waiting = page.getByText(/No audio has reached the disk/);
      stalling.faults.stall();
      try {
        await waiting.waitFor();
        await page.waitForTimeout(1000);
        await shoot('waiting');
      } finally {
        // Else the engine could not end.
        stalling.faults.heal();
      }
      await waiting.waitFor({ state: 'hidden' });
      await shoot('goes-on');
      await stop();
      await shoot('saved');
    },
  },
];
