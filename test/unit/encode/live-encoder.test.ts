import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { createLiveEncoder, type LiveDriver } from '../../../src-main/encode/live-encoder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECOND = new Uint8Array(32_000);

/** A live encoder over a driver whose moments the test chooses, and what the driver was told. */
async function open({ starts = true } = {}) {
  const folder = await temporaryFolder();
  const job = {
    ...({ format: 'mp4', sampleRate: 16_000, channels: 1 } as const),
    partialPath: join(folder, 'user.mp4.partial'),
    finalPath: join(folder, 'user.mp4'),
  };
  await writeFile(job.finalPath, 'the earlier file');
  const told: string[] = [];
  let end: (reason: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => (end = reject));
  const driver = {
    ended,
    queuedBytes: 0,
    hang: undefined as Error | undefined,
    send(pcm: Uint8Array) {
      told.push(`send ${pcm.byteLength}`);
      driver.queuedBytes += pcm.byteLength;
    },
    endInput: async () => void told.push('end input'),
    writeMp4: async (path: string) => {
      told.push('write');
      await writeFile(path, 'no MP4');
    },
    kill: async () => void told.push('kill'),
  } satisfies LiveDriver;
  const warnings: string[] = [];
  const start = (): LiveDriver => {
    if (!starts) throw new Error('no such program');
    return driver;
  };
  await writeFile(job.partialPath, 'growing');
  const live = createLiveEncoder(
    { log: (_, message) => warnings.push(message), maxQueueBytes: 3 * SECOND.byteLength },
    { task: 'testing', start, tooSlow: (bytes) => `${bytes} bytes behind` },
    job,
  );
  return {
    live,
    driver,
    end: (reason: Error) => end(reason),
    told,
    warnings,
    names: async () => (await readdir(folder)).toSorted(),
  };
}

test('an encoder that cannot be started takes nothing, says it once, and fails at the end', async () => {
  const { live, told, warnings, names } = await open({ starts: false });
  expect(live.failure).toMatchObject({ code: 'ENCODING_FAILED' });
  live.write(SECOND);
  expect(live.queuedBytes).toBe(0);
  await expect(live.finish()).rejects.toBe(live.failure);
  expect(warnings).toHaveLength(1);
  expect(told).toEqual([]);
  expect(await names()).toEqual(['user.mp4']);
});

test('one that falls behind is given up at the first byte too many, and killed', async () => {
  const { live, told, warnings } = await open();
  for (let second = 0; second < 3; second++) live.write(SECOND);
  expect([live.queuedBytes, live.failure]).toEqual([96_000, undefined]);
  live.write(new Uint8Array(2));
  expect(live.failure?.message).toBe('96002 bytes behind');
  live.write(SECOND);
  expect(told).toEqual([...Array.from({ length: 3 }, () => 'send 32000'), 'send 2', 'kill']);
  expect(live.queuedBytes).toBe(0);
  expect(warnings).toHaveLength(1);
});

test('one that hangs is given up, and one that then ends is not told of again', async () => {
  const { live, driver, end, told, warnings, names } = await open();
  const hang = new LecternError('ENCODING_FAILED', 'nothing for 11 s');
  driver.hang = hang;
  live.write(SECOND);
  end(new Error('was killed'));
  await Promise.resolve();
  expect(live.failure).toBe(hang);
  await expect(live.finish()).rejects.toBe(hang);
  expect(warnings).toEqual(['The live encoder stopped; the master goes on. nothing for 11 s']);
  expect(told).toEqual(['send 32000', 'kill', 'kill']);
  expect(await names()).toEqual(['user.mp4']);
});

test('one that ends by itself has failed, with its own reason', async () => {
  const { live, end, told } = await open();
  live.write(SECOND);
  const reason = new LecternError('DISK_FULL', 'no room');
  end(reason);
  await expect.poll(() => live.failure).toBe(reason);
  await expect(live.finish()).rejects.toBe(reason);
  expect(told).toEqual(['send 32000', 'kill', 'kill']);
});

test('a file that does not read back is not kept, and the encoder is gone before its growing file is', async () => {
  const { live, driver, told, names } = await open();
  let namesAtKill: string[] = [];
  driver.kill = async () => {
    namesAtKill = await names();
    told.push('kill');
  };
  live.write(SECOND);
  await expect(live.finish()).rejects.toMatchObject({ code: 'ENCODING_FAILED' });
  expect(told).toEqual(['send 32000', 'end input', 'write', 'kill']);
  expect(namesAtKill).toEqual(['user.mp4', 'user.mp4.partial']);
  expect(await names()).toEqual(['user.mp4']);
  expect(live.failure).toMatchObject({ code: 'ENCODING_FAILED' });
});

test('what has ended stays ended: it takes nothing, finishes no second time, and tells of no failure', async () => {
  for (const way of ['finish', 'abort'] as const) {
    const { live, end, told, warnings } = await open();
    live.write(SECOND);
    await live[way]().catch(() => undefined);
    const before = [...told];
    live.write(SECOND);
    end(new Error('was killed'));
    await Promise.resolve();
    expect(told).toEqual(before);
    await expect(live.finish()).rejects.toThrow('before');
    expect(warnings).toEqual([]);
    expect(live.queuedBytes).toBe(0);
  }
});

test('without any audio there is nothing to finish, and nothing is left running', async () => {
  const { live, told, names } = await open();
  await expect(live.finish()).rejects.toThrow('no audio');
  expect(told).toEqual(['kill']);
  expect(await names()).toEqual(['user.mp4']);
});
