import { appendFile, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOutputWatch } from '../../../src-main/encode/ffmpeg/output-watch.ts';

let folder = '';
let nowMs = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-output-'));
  nowMs = 0;
});
afterEach(() => rm(folder, { recursive: true }));

const watchOf = (path: string) => createOutputWatch({ path, dueAfterBytes: 1000, nowMs: () => nowMs });

test('an encoder that is fed and writes nothing is overdue from when it owed something', async () => {
  const watch = watchOf(join(folder, 'output'));
  watch.fed(999);
  nowMs = 60_000;
  await watch.look();
  expect(watch.overdueMs).toBe(0);
  watch.fed(1);
  nowMs = 64_000;
  await watch.look();
  expect(watch.overdueMs).toBe(4000);
});

test('an encoder that writes owes nothing until it is fed again, however long that takes', async () => {
  const path = join(folder, 'output');
  const watch = watchOf(path);
  watch.fed(5000);
  nowMs = 3000;
  await appendFile(path, 'a fragment');
  await watch.look();
  nowMs = 3_600_000;
  expect(watch.overdueMs).toBe(0);
  watch.fed(400);
  expect(watch.overdueMs).toBe(0);
});

test('after the end of the input the rest is owed, and every change of the file gives new time', async () => {
  const path = join(folder, 'output');
  await appendFile(path, 'begun');
  const watch = watchOf(path);
  await watch.look();
  watch.fed(10);
  watch.inputEnded();
  nowMs = 700;
  expect(watch.overdueMs).toBe(700);
  // An index put in front: not longer, but written to.
  await utimes(path, 1, 1);
  await watch.look();
  expect(watch.overdueMs).toBe(0);
  nowMs = 900;
  await watch.look();
  expect(watch.overdueMs).toBe(200);
});
