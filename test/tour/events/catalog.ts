import Database from 'better-sqlite3';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Room, TourEvent } from '../room.ts';

const catalogPath = ({ app }: Room) => join(app.dataDir, 'lectern.db');

function overwrite(path: string): void {
  for (const suffix of ['', '-wal']) {
    const size = statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0;
    writeFileSync(path + suffix, Buffer.alloc(size, 'not a catalog '), { flag: 'r+' });
  }
}

async function showInLibrary({ page }: Room): Promise<void> {
  await page.getByRole('button', { name: 'Show in library' }).click();
  await page.waitForTimeout(1500);
}

export const catalogEvents: readonly TourEvent[] = [
  {
    name: 'catalog-locked',
    async run(room) {
      await room.record();
      const other = new Database(catalogPath(room));
      other.exec('BEGIN IMMEDIATE');
      await room.page.waitForTimeout(3000);
      await room.shoot('locked');
      await room.stop();
      await room.shoot('saved-while-locked');
      await showInLibrary(room);
      await room.shoot('library-while-locked');
      other.exec('ROLLBACK');
      other.close();
      await room.page.reload();
      await room.page.waitForTimeout(2000);
      await room.shoot('unlocked');
    },
  },
  {
    name: 'catalog-corrupt',
    async run(room) {
      await room.record();
      overwrite(catalogPath(room));
      await room.page.waitForTimeout(2000);
      await room.shoot('corrupt');
      await room.stop();
      await room.shoot('saved');
      await showInLibrary(room);
      await room.shoot('library');
      await room.app.crashEngine();
      await room.app.open();
      await room.page.waitForTimeout(2000);
      await room.shoot('launched-again');
    },
  },
  {
    name: 'catalog-corrupt-at-launch',
    async run(room) {
      await room.record();
      await room.stop();
      await room.app.killEngine();
      overwrite(catalogPath(room));
      await room.app.relaunchEngine();
      await room.app.open();
      await room.page.waitForTimeout(2000);
      await room.shoot('launched');
    },
  },
];
