import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { openCatalogOrSubstitute } from '../../../src-main/catalog/open-catalog.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { silentSession, spokenLine } from '../../support/talk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PAGE_BYTES = 4096;

async function filledCatalog(): Promise<string> {
  const path = join(await temporaryFolder(), 'lectern.db');
  const catalog = openCatalog(path);
  for (let index = 0; index < 40; index++) {
    catalog.save(silentSession(`talk-${index}`, 1_800_000_000_000 + index));
    catalog.putTranscript(
      `talk-${index}`,
      Array.from({ length: 20 }, (_, line) => spokenLine(`words of line ${line} in talk ${index}`, line)),
    );
  }
  catalog.close();
  return path;
}

test('a catalog with a damaged page is set aside at launch, whichever page it is, and a sound one is not', async () => {
  const pages = (await stat(await filledCatalog())).size / PAGE_BYTES;
  expect(pages).toBeGreaterThan(20);
  for (const bytes of [Buffer.alloc(PAGE_BYTES), seededBytes(5, PAGE_BYTES)])
    for (let page = 1; page < pages; page += Math.ceil(pages / 8)) {
      const path = await filledCatalog();
      const file = await open(path, 'r+');
      await file.write(bytes, 0, PAGE_BYTES, page * PAGE_BYTES);
      await file.close();
      const catalog = openCatalogOrSubstitute(path, () => undefined);
      // Either the page held nothing, or what it held is filled in again from the recordings.
      const isSetAside = (await readdir(dirname(path))).includes('lectern.db.damaged-1');
      expect([page, catalog.list({ limit: 200, offset: 0 }).sessions.length]).toEqual([
        page,
        isSetAside ? 0 : 40,
      ]);
      catalog.save(silentSession('after', 1_900_000_000_000));
      expect(catalog.get('after')?.id).toBe('after');
      catalog.close();
    }
  const sound = await filledCatalog();
  openCatalogOrSubstitute(sound, () => undefined).close();
  expect((await readdir(dirname(sound))).filter((name) => name.includes('damaged'))).toEqual([]);
});
