import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { sessionFileSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import type { Encoder } from '../../../src-main/encode/encoder.ts';
import type { Recorder, RecorderOptions } from '../../../src-main/recorder.ts';
import { heldFfmpeg } from '../../support/held-ffmpeg.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { createInbox } from '../../support/protocol-client.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { startEngine } from '../../torture/support/engine-process.ts';
import { lectern, startLectern, writeRamp } from '../commands/run-command.ts';
import { decode, until } from '../encode/audio-files.ts';
import { claimedFfmpeg, realFfmpeg, testEncoder } from '../encode/encoders.ts';

const RATE = 16_000;
const audio = seededBytes(7, RATE * 2 * 2);

/** A recorder whose encoders hang until they are let go; nothing in it runs out of patience on its own. */
async function openHeld(overrides: Partial<RecorderOptions> = {}) {
  const { path } = await realFfmpeg();
  const held = await heldFfmpeg(path);
  const encoder = testEncoder({ ffmpeg: claimedFfmpeg(held.path), stallMs: 100_000 });
  return { held, ...(await openOwnRecorder({ encoder, copyGraceMs: undefined, ...overrides })) };
}

/** Records two seconds, and asks for the end. */
async function recordAndStop(recorder: Recorder, start: object = {}, id = 'talk') {
  const inbox = createInbox();
  const connection = recorder.connect(id, { send: (message) => inbox.deliver(JSON.stringify(message)) });
  await connection.receiveText(JSON.stringify({ action: 'start', format: 'mp4', ...start }));
  await connection.receiveBinary(audio);
  await connection.receiveText('{"action":"stop"}');
  return { ...inbox, connection };
}

const statusesOf = ({ files }: SessionRecord) =>
  Object.fromEntries(files.map(({ type, format, status }) => [`${type} ${format}`, status]));

describe('where the encoder hangs', () => {
  it.each(['mp4', 'mp3'] as const)('a stop gives the WAV at once, and the %s follows', async (format) => {
    const { held, recorder, dataDir } = await openHeld();
    const { next } = await recordAndStop(recorder, { format });
    const stopped = await next('recording_stopped');
    expect(held.isReleased()).toBe(false);
    expect(stopped.files.map((file) => file.format)).toEqual(['wav']);
    expect(stopped.pending).toMatchObject([{ type: 'user', format }]);
    const master = await masterSamples(join(dataDir, 'recordings', stopped.files[0]?.file_path ?? ''));
    expect(master.equals(audio)).toBe(true);
    const listed = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(listed.status).toBe('completed');
    expect(statusesOf(listed)).toEqual({ [`user ${format}`]: 'recording', 'user wav': 'completed' });

    await held.release();
    const completed = await next('file_completed');
    expect(completed).toMatchObject({ session_id: 'talk', file: { type: 'user', format } });
    expect(completed.file.file_path).toBe(stopped.pending?.[0]?.file_path);
    const copy = await decode(join(dataDir, 'recordings', completed.file.file_path));
    expect(copy.length / RATE).toBeGreaterThan(1.9);
    const after = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(statusesOf(after)).toEqual({ [`user ${format}`]: 'completed', 'user wav': 'completed' });
    expect(after.files.find((file) => file.format === format)?.byte_size).toBe(completed.file.byte_size);
    const written: unknown = JSON.parse(
      await readFile(join(dataDir, 'recordings/talk/session.json'), 'utf8'),
    );
    expect(statusesOf(sessionFileSchema.parse(written).session)).toEqual(statusesOf(after));
    await until(() => !existsSync(join(dataDir, 'recordings/talk/.owner')));
  });

  it('a stop gives both sides and their mix at once, and the three copies follow', async () => {
    const { held, recorder, dataDir } = await openHeld();
    const inbox = createInbox();
    const { receiveText } = recorder.connect('talk', {
      send: (message) => inbox.deliver(JSON.stringify(message)),
    });
    await receiveText('{"action":"start","format":"mp4","tracks":["user","assistant"]}');
    for (const track of ['user', 'assistant'])
      await receiveText(JSON.stringify({ action: 'audio_chunk', track, data: audio.toString('base64') }));
    await receiveText('{"action":"stop"}');
    const { files, pending = [] } = await inbox.next('recording_stopped');
    expect(files.map(({ type, format }) => `${type} ${format}`)).toEqual([
      'user wav',
      'assistant wav',
      'mixed wav',
    ]);
    expect(pending.map(({ type, format }) => `${type} ${format}`)).toEqual([
      'user mp4',
      'assistant mp4',
      'mixed mp4',
    ]);
    await held.release();
    const made = [];
    for (const _ of pending) made.push((await inbox.next('file_completed')).file.file_path);
    expect(made.toSorted()).toEqual(pending.map(({ file_path }) => file_path).toSorted());
    for (const path of made)
      expect((await decode(join(dataDir, 'recordings', path))).length / RATE).toBeGreaterThan(1.9);
  });

  it('a part that a limit closes gives its WAV while recording goes on', async () => {
    const limits = { ...PROTOCOL_LIMITS, maxDurationSeconds: 1 };
    const { held, recorder } = await openHeld({ limits });
    const { next, received } = await recordAndStop(recorder, { on_limit: 'continue' });
    await next('recording_stopped');
    await until(() => received.some((message) => message.type === 'recording_stopped' && !message.continues));
    expect(received.some(({ type }) => type === 'file_completed')).toBe(false);
    await held.release();
    await next('file_completed');
    await next('file_completed');
    for (const [index, message] of received.entries())
      if (message.type === 'file_completed') {
        const told = received.slice(0, index).filter((earlier) => earlier.type === 'recording_stopped');
        const paths = told.flatMap(({ pending = [] }) => pending.map(({ file_path }) => file_path));
        expect(paths).toContain(message.file.file_path);
      }
  });

  it('a renamed session keeps its name when the copy comes, and a new take keeps the copy', async () => {
    const { held, recorder } = await openHeld();
    const { next, connection } = await recordAndStop(recorder);
    await next('recording_stopped');
    await recorder.handlers['sessions.update']({ id: 'talk', title: 'Called otherwise' });
    // The next take begins and ends while the copy of the first is in the making.
    await connection.receiveText('{"action":"start","format":"wav"}');
    await connection.receiveBinary(audio);
    await held.release();
    const { file } = await next('file_completed');
    await connection.receiveText('{"action":"stop"}');
    await next('recording_stopped');
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(session.title).toBe('Called otherwise');
    expect(session.parts).toHaveLength(2);
    expect(session.files.find(({ file_path }) => file_path === file.file_path)?.status).toBe('completed');
    expect(session.files.every(({ status }) => status === 'completed')).toBe(true);
  });

  it('a deleted session stays deleted, and nothing comes back into its place', async () => {
    const { held, recorder, dataDir } = await openHeld();
    const { next, received } = await recordAndStop(recorder);
    await next('recording_stopped');
    await recorder.handlers['sessions.delete']({ id: 'talk' });
    await held.release();
    await recorder.close();
    expect(await readdir(join(dataDir, 'recordings'))).toEqual([]);
    expect(received.some(({ type }) => type === 'file_completed')).toBe(false);
  });

  it('checking the files of a session waits for the copy to be there', async () => {
    const { held, recorder } = await openHeld();
    const { next } = await recordAndStop(recorder);
    await next('recording_stopped');
    await expect(recorder.handlers['sessions.repair']({ id: 'talk' })).rejects.toMatchObject({
      code: 'SESSION_BUSY',
    });
    await held.release();
    await next('file_completed');
  });

  it('closing leaves the copy to the next launch, which makes it and calls nothing lost', async () => {
    const { held, recorder, dataDir } = await openHeld();
    const { next } = await recordAndStop(recorder);
    await next('recording_stopped');
    await recorder.close();
    expect(held.isReleased()).toBe(false);
    await expectMadeAtLaunch(dataDir);
  });
});

/** Opens the folder once more, and looks at the session that had ended in it. */
async function expectMadeAtLaunch(dataDir: string): Promise<void> {
  const encoder = testEncoder({ ffmpeg: await realFfmpeg() });
  const { recorder } = await openTestRecorder({ dataDir, encoder, copyGraceMs: undefined });
  onTestFinished(() => recorder.close());
  expect(recorder.recovered).toEqual([]);
  await recorder.recoveryFinished;
  const session = await recorder.handlers['sessions.get']({ id: 'talk' });
  expect(session).toMatchObject({ status: 'completed', recovered: null });
  expect(statusesOf(session)).toEqual({ 'user mp4': 'completed', 'user wav': 'completed' });
  const folder = join(dataDir, 'recordings/talk');
  const copy = session.files.find(({ format }) => format === 'mp4');
  expect((await decode(join(folder, basename(copy?.file_path ?? '')))).length / RATE).toBeGreaterThan(1.9);
  const names = await readdir(folder);
  expect(names.filter((name) => name.includes('.partial') || name.includes('.encoding'))).toEqual([]);
}

it('a kill while the copy is being made leaves it to the next launch', async () => {
  const held = await heldFfmpeg((await realFfmpeg()).path);
  const dataDir = await temporaryFolder();
  const engine = await startEngine({ dataDir, env: { LECTERN_FFMPEG: held.path } });
  const socket = new WebSocket(`${engine.ws}talk`, { headers: { authorization: `Bearer ${engine.token}` } });
  const inbox = createInbox();
  socket.on('message', (data: Buffer) => inbox.deliver(data.toString()));
  await once(socket, 'open');
  socket.send('{"action":"start","format":"mp4"}');
  socket.send(audio);
  socket.send('{"action":"stop"}');
  expect((await inbox.next('recording_stopped')).pending).toHaveLength(1);
  engine.kill('group');
  await engine.gone();
  await expectMadeAtLaunch(dataDir);
});

it('a copy that cannot be made after all is told of by name, and listed as failed', async () => {
  const gate = Promise.withResolvers<undefined>();
  const refuse = async (): Promise<never> => {
    await gate.promise;
    throw new LecternError('ENCODING_FAILED', 'This encoder makes nothing');
  };
  const encoder: Encoder = {
    info: { kind: 'built-in', source: 'none', version: '0', formats: ['wav', 'mp4'] },
    startLive: () => ({
      write: () => undefined,
      queuedBytes: 0,
      failure: undefined,
      finish: refuse,
      abort: () => Promise.resolve(),
    }),
    encodeFile: refuse,
    close: () => Promise.resolve(),
  };
  const { recorder } = await openOwnRecorder({ encoder, copyGraceMs: undefined });
  const { next, received } = await recordAndStop(recorder);
  const { pending } = await next('recording_stopped');
  gate.resolve(undefined);
  const warning = await next('warning');
  expect(warning).toMatchObject({ code: 'encoder', file_path: pending?.[0]?.file_path });
  await until(async () => {
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    return statusesOf(session)['user mp4'] === 'failed';
  });
  expect(received.some(({ type }: ServerMessage) => type === 'file_completed')).toBe(false);
});

describe('the command line waits for what it delivers', () => {
  const masterIn = async (data: string): Promise<boolean> => {
    const folders = await readdir(join(data, 'recordings')).catch(() => []);
    const names = await Promise.all(folders.map((id) => readdir(join(data, 'recordings', id))));
    return names.flat().some((name) => /^user_\d+\.wav$/.test(name));
  };

  it('record leaves the MP4 in its folder and prints its path', async () => {
    const held = await heldFfmpeg((await realFfmpeg()).path);
    const dir = await temporaryFolder();
    const [data, out] = [join(dir, 'data'), join(dir, 'out')];
    const input = await writeRamp(dir, 2);
    const command = startLectern(
      ['record', '--dir', data, '--out', out, '--input', input, '--speed', '0', '--format', 'mp4'],
      { env: { LECTERN_FFMPEG: held.path } },
    );
    await until(() => masterIn(data));
    expect(await readdir(out)).toEqual([]);
    await held.release();
    const { code, stdout } = await command.outcome;
    expect(code).toBe(0);
    const delivered = stdout.trim();
    expect(delivered).toMatch(/\.mp4$/);
    expect((await decode(delivered)).length / RATE).toBeGreaterThan(1.9);
  });

  it('recover makes a copy that was left, and lists the session as it ended', async () => {
    const { recorder, dataDir } = await openHeld();
    const { next } = await recordAndStop(recorder);
    await next('recording_stopped');
    await recorder.close();
    const { code } = await lectern(['recover', '--dir', dataDir]);
    expect(code).toBe(0);
    const names = await readdir(join(dataDir, 'recordings/talk'));
    expect(names.some((name) => name.endsWith('.mp4'))).toBe(true);
    await rm(dataDir, { recursive: true, force: true });
  });
});
