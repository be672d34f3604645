import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nextWhole } from '../../support/protocol-client.ts';
import { z } from 'zod';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { listFfmpegCandidates } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';
import { fileCheckSchema } from '../../../src-main/contract/repair.ts';
import { sessionRecordSchema } from '../../../src-main/contract/session-record.ts';
import { openWebSocketHost } from '../../support/protocol-hosts.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { decodedPcm, durationSeconds, speak, sox } from './sounds.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const answer = z.object({ session: sessionRecordSchema, files: z.array(fileCheckSchema) });
const log = (): undefined => undefined;

async function parts() {
  const ffmpeg = await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log });
  return { encoder: createEncoder({ ffmpeg, log }), ffmpegPath: ffmpeg?.path };
}

/** A finished session of real speech, with a copy in another format, and the way to have it checked. */
async function recorded(format: 'wav' | 'mp4' | 'mp3', gain = 1) {
  const host = await openWebSocketHost(await parts());
  onTestFinished(() => host.dispose());
  const folder = await temporaryFolder();
  await speak(join(folder, 'speech.wav'));
  await sox(join(folder, 'speech.wav'), '-r', '16000', join(folder, 'talk.wav'));
  const speech = await masterSamples(join(folder, 'talk.wav'));
  const client = await host.connect('talk');
  client.say({ action: 'start', format, gain });
  for (let at = 0; at < speech.length; at += 32_000) client.sendAudio(speech.subarray(at, at + 32_000));
  client.say({ action: 'marker', label: 'end' });
  client.say({ action: 'stop' });
  await nextWhole(client);
  client.close();
  await expect
    .poll(async () => (await host.ask?.('GET', '/api/sessions/talk'))?.body)
    .toMatchObject({ status: 'completed' });
  const sessionDir = join(host.dataDir, 'recordings/talk');
  const names = await readdir(sessionDir);
  const find = (pattern: RegExp) => join(sessionDir, names.find((name) => pattern.test(name)) ?? 'none');
  return {
    speech,
    sessionDir,
    master: find(/^user_\d+\.wav$/),
    copy: find(/\.(mp4|mp3)$|_gain\.wav$/),
    ask: (method: string, path: string) => host.ask?.(method, path),
    check: async () => answer.parse((await host.ask?.('POST', '/api/sessions/talk/repair'))?.body),
  };
}

async function snapshot(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of await readdir(folder))
    hashes[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  return hashes;
}

const outcomes = ({ files }: z.infer<typeof answer>) => files.map(({ outcome }) => outcome);

test.each([
  ['mp4', 1],
  ['mp3', 1],
  ['wav', 2],
] as const)(
  'a whole session with %s, gain %d, is found whole and stays as it is, byte for byte',
  async (format, gain) => {
    const { sessionDir, check } = await recorded(format, gain);
    const before = await snapshot(sessionDir);
    expect(outcomes(await check())).toEqual(['whole', 'whole']);
    expect(await snapshot(sessionDir)).toEqual(before);
  },
);

test('a recording whose header was wiped plays again, sample for sample, and the damaged file is kept', async () => {
  const { master, copy, speech, sessionDir, check } = await recorded('mp4');
  const whole = await readFile(master);
  const wiped = Buffer.from(whole);
  wiped.writeUInt32LE(0, 4);
  wiped.writeUInt32LE(0, 40);
  await writeFile(master, wiped);
  const copied = await readFile(copy);
  const { files, session } = await check();
  expect(files.find(({ name }) => name.endsWith('.wav'))).toMatchObject({
    outcome: 'mended',
    faults: [{ code: 'zero-sizes' }],
    backup: `${basename(master)}.bak`,
  });
  expect((await masterSamples(master)).equals(speech)).toBe(true);
  expect(await readFile(`${master}.bak`)).toEqual(wiped);
  expect(await readFile(copy)).toEqual(copied);
  expect(session.parts[0]?.report?.gaps).toEqual([]);
  expect(outcomes(await check())).toEqual(['whole', 'whole']);
  expect((await readdir(sessionDir)).filter((name) => name.endsWith('.bak'))).toHaveLength(1);
});

test.each(['mp4', 'mp3'] as const)(
  'a copy in %s that is cut off, or gone, is made again from the recording',
  async (format) => {
    const { copy, speech, check } = await recorded(format);
    const whole = await readFile(copy);
    await truncate(copy, Math.floor(whole.length / 2));
    const cut = await readFile(copy);
    expect(outcomes(await check()).sort()).toEqual(['remade', 'whole']);
    expect(await readFile(`${copy}.bak`)).toEqual(cut);
    expect(Math.abs((await decodedPcm(copy)).length / speech.length - 1)).toBeLessThan(0.05);
    await rm(copy);
    expect(outcomes(await check()).sort()).toEqual(['remade', 'whole']);
    expect(Math.abs((await durationSeconds(copy)) - speech.length / 32_000)).toBeLessThan(0.2);
  },
);

test('a recording that lost its end says so ever after, and a copy that still has all of it is not touched', async () => {
  const { master, copy, speech, check, ask } = await recorded('mp4');
  const left = 44 + Math.floor(speech.length / 4) * 2;
  await truncate(master, left);
  const copied = await readFile(copy);
  const { files, session } = await check();
  expect(files.map(({ outcome }) => outcome).sort()).toEqual(['mended', 'whole']);
  expect(await readFile(copy)).toEqual(copied);
  const { report, duration_seconds: seconds } = session.parts[0] ?? {};
  const frames = (left - 44) / 2;
  expect(report).toMatchObject({
    captured: frames,
    expected: speech.length / 2,
    gaps: [{ cause: 'damaged', start_frame: frames, frames: speech.length / 2 - frames, unfilled: true }],
  });
  expect(seconds).toBe(frames / 16_000);
  expect((await masterSamples(master)).equals(speech.subarray(0, left - 44))).toBe(true);
  const again = await check();
  expect(outcomes(again)).toEqual(['whole', 'whole']);
  expect(again.session.parts).toEqual(session.parts);
  expect(sessionRecordSchema.parse((await ask('GET', '/api/sessions/talk'))?.body).parts).toEqual(
    session.parts,
  );
});

test('what cannot be mended stays as it is, and what is gone is said to be gone', async () => {
  const { master, copy, sessionDir, check } = await recorded('mp4');
  const noise = createHash('sha512').update('noise').digest();
  const before = await readFile(copy);
  await writeFile(
    master,
    Buffer.concat(
      Array.from({ length: 3000 }, (_, index) => Buffer.concat([noise.subarray(index % 7), noise])),
    ),
  );
  const hashes = await snapshot(sessionDir);
  const { files } = await check();
  expect(files.map(({ outcome }) => outcome).sort()).toEqual(['unmendable', 'whole']);
  const { 'session.json': _, ...after } = await snapshot(sessionDir);
  expect(hashes).toMatchObject(after);
  expect(await readFile(copy)).toEqual(before);
  await rm(master);
  await truncate(copy, 3000);
  expect(outcomes(await check())).toContain('missing');
});

test('a session that is being checked is not deleted, exported or checked at the same time', async () => {
  const { copy, ask, check, master, sessionDir } = await recorded('mp4');
  await rm(copy);
  const checking = check();
  await expect.poll(() => existsSync(join(sessionDir, '.owner')), { interval: 2 }).toBe(true);
  const others = await Promise.all([
    ask('POST', '/api/sessions/talk/repair'),
    ask('DELETE', '/api/sessions/talk'),
  ]);
  expect(others.map((each) => each?.body)).toMatchObject([
    { error: { code: 'SESSION_BUSY' } },
    { error: { code: 'SESSION_BUSY' } },
  ]);
  expect(outcomes(await checking).sort()).toEqual(['remade', 'whole']);
  expect((await readFile(master)).length).toBeGreaterThan(44);
});

test('what a check that was killed has left behind is gone after the next start', async () => {
  const first = await recorded('wav');
  const dataDir = resolve(first.sessionDir, '../..');
  const leftovers = ['.user_1.wav.repairing-4711-0123abcd.wav', 'user_1.mp4.encoding-0123abcd'];
  for (const name of leftovers) await writeFile(join(first.sessionDir, name), 'half of it');
  const ownership = resolve(import.meta.dirname, '../../../src-main/files/ownership.ts');
  const script = `import { claimFolder } from ${JSON.stringify(ownership)}; await claimFolder(${JSON.stringify(first.sessionDir)});`;
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', script]).status).toBe(0);
  const before = await readFile(first.master);
  const { recorder } = await openTestRecorder({ dataDir, ...(await parts()) });
  await recorder.close();
  const names = await readdir(first.sessionDir);
  expect(names.filter((name) => leftovers.includes(name) || name === '.owner')).toEqual([]);
  expect(await readFile(first.master)).toEqual(before);
});

test('a master whose header tells of another rate gets its own again from its session, the damaged one kept', async () => {
  const { master, sessionDir, check } = await recorded('wav');
  const before = await readFile(master);
  const damaged = Buffer.from(before);
  damaged.writeUInt32LE(48_000, 24);
  damaged.writeUInt32LE(96_000, 28);
  await writeFile(master, damaged);
  const { session, files } = await check();
  expect(files).toMatchObject([{ outcome: 'mended', backup: `${basename(master)}.aside` }]);
  expect((await readFile(master)).equals(before)).toBe(true);
  expect((await readFile(join(sessionDir, `${basename(master)}.aside`))).equals(damaged)).toBe(true);
  expect(session.files).toMatchObject([{ status: 'completed' }]);
});

test.each([0, 20])(
  'a master of which %i bytes are left is not called whole: all of it is a gap',
  async (bytes) => {
    const { master, speech, check } = await recorded('wav');
    await truncate(master, bytes);
    const { session, files } = await check();
    const frames = speech.length / 2;
    expect(files).toMatchObject([{ outcome: 'unmendable' }]);
    expect(session.files).toMatchObject([{ status: 'failed' }]);
    expect(session.parts[0]?.report).toMatchObject({
      captured: 0,
      expected: frames,
      gaps: [{ start_frame: 0, frames, cause: 'damaged' }],
    });
  },
);
