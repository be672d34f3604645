import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimFolder, ownerState, releaseFolder } from '../../../src-main/files/ownership.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-owner-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a folder has one owner, who can claim it again and let it go', async () => {
  expect(await ownerState(folder)).toBe('none');
  expect(await claimFolder(folder)).toBe(true);
  expect(await claimFolder(folder)).toBe(true);
  expect(await ownerState(folder)).toBe('alive');
  await releaseFolder(folder);
  expect(await ownerState(folder)).toBe('none');
});

test('an owner of an earlier boot, or one that was never finished writing, is dead', async () => {
  for (const text of ['', '{', '{"pid":1,"process_started":"1","boot_id":"another","booted_at":1}']) {
    await writeFile(join(folder, '.owner'), text);
    expect(await ownerState(folder)).toBe('dead-before-boot');
  }
});

const DEAD = JSON.stringify({ pid: 0, process_started: '', boot_id: 'another', booted_at: 0 });

const successorOf = (text: string, of = folder): string =>
  join(of, `.owner-after-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`);

test('who was killed while taking a dead owner’s place keeps nobody out, and who is about to does', async () => {
  await claimFolder(folder);
  const alive = await readFile(join(folder, '.owner'), 'utf8');
  await writeFile(join(folder, '.owner'), DEAD);
  await writeFile(successorOf(DEAD), alive);
  expect(await claimFolder(folder)).toBe(false);
  const alsoDead = DEAD.replace('another', 'yet another');
  await writeFile(successorOf(DEAD), alsoDead);
  await writeFile(successorOf(alsoDead), '');
  expect(await claimFolder(folder)).toBe(true);
  expect(await readdir(folder)).toEqual(['.owner']);
});

test(
  'of processes that find the same dead owner at once, one gets the folder',
  { timeout: 60_000 },
  async () => {
    const script = join(folder, 'claim.mjs');
    const ownership = join(import.meta.dirname, '../../../src-main/files/ownership.ts');
    await writeFile(
      script,
      `import { claimFolder } from ${JSON.stringify(ownership)};
     process.on('message', async (target) => process.send(await claimFolder(target)));
     process.send('ready');`,
    );
    const children = Array.from({ length: 3 }, () => fork(script));
    await Promise.all(children.map((child) => once(child, 'message')));
    for (let round = 0; round < 200; round++) {
      const target = await mkdtemp(join(folder, 'session-'));
      await writeFile(join(target, '.owner'), DEAD);
      // Every other time one had begun to, and died.
      if (round % 2 === 1) await writeFile(successorOf(DEAD, target), DEAD.replace('another', String(round)));
      const answers = children.map(async (child) => {
        const answered = once(child, 'message');
        child.send(target);
        const reply: unknown[] = await answered;
        return reply[0];
      });
      expect((await Promise.all(answers)).filter((claimed) => claimed === true)).toHaveLength(1);
    }
    for (const child of children) child.kill();
  },
);
