import { createHook } from 'node:async_hooks';
import { mkdtemp, rm, statfs, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openRegularFile } from '../../../src-main/disk/regular-file.ts';
import { sizeOfOpenFile } from '../../../src-main/disk/size-of-open-file.ts';
import { openWavWriter } from '../../../src-main/files/wav-writer.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

/** A folder in memory, which is one that answers at once; only Linux says of what kind a file's disk is. */
async function folderInMemory(): Promise<string> {
  const folder = await mkdtemp('/dev/shm/lectern-size-');
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const hasMemoryDisk = await statfs('/dev/shm').then(
  ({ type }) => process.platform === 'linux' && type === 0x01021994,
  () => false,
);

test.skipIf(!hasMemoryDisk)('is told at once where the disk cannot keep anybody waiting', async () => {
  const path = join(await folderInMemory(), 'grows');
  const file = await openRegularFile(path, 'wx+');
  onTestFinished(() => file.close());
  const size = await sizeOfOpenFile(file);
  expect(size()).toBe(0);
  await file.write(seededBytes(1, 1000));
  expect(size()).toBe(1000);
  await truncate(path, 300);
  expect(size()).toBe(300);
});

test('is true on whatever disk there is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-size-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = await openRegularFile(join(folder, 'any-disk'), 'wx+');
  onTestFinished(() => file.close());
  await file.write(seededBytes(2, 700));
  expect(await (await sizeOfOpenFile(file))()).toBe(700);
});

test.skipIf(process.platform !== 'linux')(
  'is asked for on another thread where the disk is of any other kind',
  async () => {
    // A file system of the kernel's own that is not in the list.
    const file = await openRegularFile('/proc/self/status');
    onTestFinished(() => file.close());
    expect((await sizeOfOpenFile(file))()).toBeInstanceOf(Promise);
  },
);

test.skipIf(!hasMemoryDisk)(
  'costs a chunk that is written no call but those for its audio and its header',
  async () => {
    const folder = await folderInMemory();
    const writer = await openWavWriter({
      path: join(folder, 'calls.wav'),
      sampleRate: 16_000,
      channels: 1,
      mayExceed4GiB: false,
    });
    const audio = seededBytes(3, 3200);
    // What is done once a second is not counted.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let calls = 0;
    const hook = createHook({
      init(_, type) {
        if (type === 'FSREQPROMISE' || type === 'FSREQCALLBACK') calls++;
      },
    }).enable();
    onTestFinished(() => void hook.disable());
    for (let chunk = 0; chunk < 50; chunk++) await writer.append(audio);
    hook.disable();
    await writer.abandon();
    expect(calls).toBe(2 * 50);
  },
);
