import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import type { Encoder } from '../../../src-main/encode/encoder.ts';
import { measureSeconds } from '../../../src-main/encode/measure-seconds.ts';
import { killed, RATE, SECONDS } from '../../support/killed-recording.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { noEncoder } from '../../support/test-recorder.ts';
import { failCalls } from '../../torture/disk-shim/call-faults.ts';
import { shimUnable } from '../../torture/disk-shim/disk-shim.ts';
import { recoverIfItCan } from '../../torture/support/lectern-command.ts';
import { createInbox, nextWhole } from '../../support/protocol-client.ts';

/** The one that comes with the program, counting what it is asked for. */
function countingEncoder(): { encoder: Encoder; asked: string[] } {
  const built = createEncoder({ ffmpeg: undefined, log: () => undefined });
  onTestFinished(() => built.close());
  const asked: string[] = [];
  const encodeFile: Encoder['encodeFile'] = (job) => {
    asked.push(job.finalPath);
    return built.encodeFile(job);
  };
  return { encoder: { ...built, encodeFile }, asked };
}

/** An encoder that makes no file, counting what it is asked for. */
function failingEncoder(): { encoder: Encoder; asked: string[] } {
  const asked: string[] = [];
  const encodeFile: Encoder['encodeFile'] = (job) => {
    asked.push(job.finalPath);
    return noEncoder.encodeFile(job);
  };
  return { encoder: { ...noEncoder, encodeFile }, asked };
}

async function launch(dataDir: string, encoder: Encoder) {
  const { recorder } = await openOwnRecorder({ dataDir, encoder });
  await recorder.recoveryFinished;
  const session = await recorder.handlers['sessions.get']({ id: 'talk' });
  const { recovered: announced, unfinished } = recorder;
  await recorder.close();
  return { session, announced, unfinished };
}

test('a copy that could not be made after a crash is tried once at each launch, until it can', async () => {
  const one = await killed({ format: 'mp4' });
  for (let attempt = 0; attempt < 2; attempt++) {
    const failing = failingEncoder();
    const { session, announced, unfinished } = await launch(one.dataDir, failing.encoder);
    expect(failing.asked).toHaveLength(1);
    expect(session.status).toBe('recovered');
    expect(session.files.map(({ format, status }) => [format, status]).toSorted()).toEqual([
      ['mp4', 'failed'],
      ['wav', 'completed'],
    ]);
    expect([announced.length, unfinished.length]).toEqual([attempt === 0 ? 1 : 0, 0]);
  }
  for (const times of [1, 0]) {
    const { encoder, asked } = countingEncoder();
    const { session, announced } = await launch(one.dataDir, encoder);
    expect([asked.length, announced.length]).toEqual([times, 0]);
    const copy = session.files.find(({ format }) => format === 'mp4');
    expect(copy).toMatchObject({ status: 'completed', duration_ms: SECONDS * 1000 });
    const path = join(one.dataDir, 'recordings', copy?.file_path ?? '');
    expect(await measureSeconds(path)).toBeCloseTo(SECONDS, 0);
  }
});

test('a copy that could not be made at a stop comes at the next launch, and the session stays as it ended', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  const client = createInbox();
  const connection = recorder.connect('talk', { send: (message) => client.deliver(JSON.stringify(message)) });
  await connection.receiveText('{"action":"start","format":"mp3","gain":2,"sample_rate":16000}');
  await connection.receiveBinary(seededBytes(8, 64_000));
  await connection.receiveText('{"action":"stop"}');
  await nextWhole(client);
  const ended = await recorder.handlers['sessions.get']({ id: 'talk' });
  expect(ended.files.map(({ format, status }) => [format, status]).toSorted()).toEqual([
    ['mp3', 'failed'],
    ['wav', 'completed'],
  ]);
  await recorder.close();
  const { session, announced } = await launch(dataDir, countingEncoder().encoder);
  expect(announced).toEqual([]);
  expect(session).toMatchObject({ status: 'completed', ended_at: ended.ended_at, recovered: null });
  expect(session.files.every(({ status }) => status === 'completed')).toBe(true);
  expect(session.parts).toEqual(ended.parts);
});

test('a mix that could not be made is made at the next launch, and its copy with it', async () => {
  const one = await killed({
    tracks: ['user', 'assistant'],
    record: ['user', 'assistant', 'mixed'],
    format: 'mp3',
  });
  await launch(one.dataDir, noEncoder);
  const mix = (await readdir(one.folder)).find((name) => name.startsWith('mixed')) ?? '';
  await rm(join(one.folder, mix));
  const path = join(one.folder, 'session.json');
  const { version, session: told } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const files = told.files.map((file) =>
    file.type === 'mixed' ? { ...file, status: 'failed', byte_size: 0, duration_ms: 0 } : file,
  );
  const failed = { ...told, revision: told.revision + 1, files };
  await writeFile(path, JSON.stringify({ version, session: failed }));
  const { session } = await launch(one.dataDir, countingEncoder().encoder);
  expect(
    session.files.map(({ type, status, duration_ms }) => [type, status, duration_ms]).toSorted(),
  ).toEqual(
    ['assistant', 'assistant', 'mixed', 'mixed', 'user', 'user'].map((type) => [
      type,
      'completed',
      SECONDS * 1000,
    ]),
  );
});

test('a mix that was cut off and could not be made again is made at the next launch', async (context) => {
  context.skip(shimUnable() !== undefined, shimUnable());
  const one = await killed({ tracks: ['user', 'assistant'], record: ['user', 'assistant', 'mixed'] });
  const mix = (await readdir(one.folder)).find((name) => name.startsWith('mixed')) ?? '';
  await truncate(join(one.folder, mix), 44 + RATE * 2 * 10);
  const faults = failCalls({ kind: 'rename', match: '.rebuilt', skip: 0, times: 100 });
  await recoverIfItCan(one.dataDir, faults.env);
  expect(faults.failures()).toBeGreaterThan(0);
  const path = join(one.folder, 'session.json');
  const { session: first } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  expect(first.files.find(({ type }) => type === 'mixed')).toMatchObject({
    status: 'failed',
    duration_ms: 10_000,
  });
  const { session } = await launch(one.dataDir, noEncoder);
  expect(session.files.find(({ type }) => type === 'mixed')).toMatchObject({
    status: 'completed',
    duration_ms: SECONDS * 1000,
  });
});

test('a copy whose master is gone, or whose file is there, is left as it is', async () => {
  const one = await killed({ format: 'mp4' });
  const { session } = await launch(one.dataDir, noEncoder);
  const master = session.files.find(({ format }) => format === 'wav');
  await rm(join(one.dataDir, 'recordings', master?.file_path ?? ''));
  const { encoder, asked } = countingEncoder();
  const next = await launch(one.dataDir, encoder);
  expect(asked).toEqual([]);
  expect(next.session.revision).toBe(session.revision);
});
