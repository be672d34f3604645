import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LIMITER_THRESHOLD } from '../../../src-main/audio/limiter.ts';
import type { RecordingType, Track } from '../../../src-main/contract/audio-format.ts';
import { PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import type { ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { examineMix, referenceMix, voice } from '../../support/mix-reference.ts';
import type { ProtocolClient } from '../../support/protocol-client.ts';
import { openWebSocketHost, type ProtocolHost } from '../../support/protocol-hosts.ts';
import { masterSamples, readWav } from '../../support/read-wav.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { unmount } from '../../torture/support/cleanup.ts';
import { mountSmallDisk, mountUnable } from '../../torture/support/small-disk.ts';

const RATE = 16_000;
// Sent as fast as it goes, so the clock says nothing of where a side belongs.
const START = {
  action: 'start',
  format: 'wav',
  tracks: ['user', 'assistant'],
  placement: 'append',
} as const;

let host: ProtocolHost;
const mounted: string[] = [];
afterEach(async () => {
  for (const path of mounted.splice(0)) unmount(path);
  await host.dispose();
});

function send(client: ProtocolClient, track: Track, audio: Uint8Array): void {
  client.say({ action: 'audio_chunk', track, data: Buffer.from(audio).toString('base64') });
}

function sendAll(client: ProtocolClient, track: Track, audio: Buffer): void {
  for (let at = 0; at < audio.length; at += RATE) send(client, track, audio.subarray(at, at + RATE));
}

async function stop(client: ProtocolClient): Promise<ServerMessageOf<'recording_stopped'>> {
  client.say({ action: 'stop' });
  return client.next('recording_stopped');
}

const folderOf = (id: string): string => join(host.dataDir, 'recordings', id);

function pathOf(stopped: ServerMessageOf<'recording_stopped'>, type: RecordingType): string {
  const file = stopped.files.find((candidate) => candidate.type === type && candidate.format === 'wav');
  return join(host.dataDir, 'recordings', file?.file_path ?? `no ${type}`);
}

async function recordOf(id: string) {
  return sessionFileSchema.parse(JSON.parse(await readFile(join(folderOf(id), 'session.json'), 'utf8')))
    .session;
}

/** Resolves once the engine has mixed something while it records. */
async function untilMixing(id: string): Promise<string> {
  for (;;) {
    const name = (await readdir(folderOf(id)).catch(() => [])).find((entry) =>
      /^mixed_.*\.partial$/.test(entry),
    );
    // It begins again where a side turns out to be only late: then the file is another one.
    const mixed =
      name === undefined ? undefined : await readFile(join(folderOf(id), name)).catch(() => undefined);
    if (name !== undefined && (mixed?.length ?? 0) > RATE) return join(folderOf(id), name);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Loud enough that their sum goes far over full scale. */
const near = voice(1, RATE * 12, 30_000);
const far = voice(2, RATE * 12, 28_000);

/** The growing mix, as soon as there is one. */
async function openMix(id: string): Promise<FileHandle> {
  for (;;) {
    const file = await open(await untilMixing(id), 'r+').catch(() => undefined);
    if (file !== undefined) return file;
  }
}

describe('both sides of a conversation', () => {
  test('are kept with their mix: the limited sum, sample for sample, however their chunks come', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    host = await openWebSocketHost();
    const client = await host.connect('both');
    client.say(START);
    const sides = [
      { track: 'user', audio: near, sent: 0 },
      { track: 'assistant', audio: far, sent: 0 },
    ] as const satisfies readonly { track: Track; audio: Buffer; sent: number }[];
    const sent = sides.map(() => 0);
    while (sides.some(({ audio }, index) => (sent[index] ?? 0) < audio.length)) {
      const index = Math.floor(random() * 2);
      const { track, audio } = sides[index]!;
      // Now one is ahead, now the other, by up to seconds.
      for (let chunks = Math.floor(random() * 25); chunks > 0; chunks--) {
        const from = sent[index] ?? 0;
        const to = Math.min(audio.length, from + 2 * Math.ceil(random() * 3200));
        if (to > from) send(client, track, audio.subarray(from, to));
        sent[index] = to;
      }
    }
    client.say({ action: 'marker', label: 'the end' });
    const stopped = await stop(client);

    expect((await masterSamples(pathOf(stopped, 'user'))).equals(near)).toBe(true);
    expect((await masterSamples(pathOf(stopped, 'assistant'))).equals(far)).toBe(true);
    const mix = await readWav(pathOf(stopped, 'mixed'));
    expect(mix).toMatchObject({ sampleRate: RATE, numChannels: 1, cuePoints: [{ label: 'the end' }] });
    expect(mix.samples.equals(referenceMix([near, far], RATE))).toBe(true);
    const findings = examineMix(mix.samples, [near, far], RATE);
    expect(findings.over).toBeGreaterThan(500);
    expect(findings).toMatchObject({ altered: 0 });
    expect(findings.peak).toBeLessThanOrEqual(LIMITER_THRESHOLD);
    for (const share of findings.shares) expect(share).toBeGreaterThan(0.5);
    expect(stopped.files.map(({ type, duration_ms }) => [type, duration_ms])).toEqual([
      ['user', 12_000],
      ['assistant', 12_000],
      ['mixed', 12_000],
    ]);
  });

  test('give a mix as long as the longer one, whether the other ended early or never began', async () => {
    host = await openWebSocketHost();
    for (const [id, ended] of [
      ['early', far.subarray(0, RATE * 3 + 246)],
      ['never', Buffer.alloc(0)],
    ] as const) {
      const client = await host.connect(id);
      client.say(START);
      sendAll(client, 'assistant', ended);
      sendAll(client, 'user', near);
      // What one side has not brought for seconds is not waited for: most of the mix is there before the end.
      await untilMixing(id);
      const mix = await masterSamples(pathOf(await stop(client), 'mixed'));
      expect(mix.equals(referenceMix([near, ended], RATE))).toBe(true);
    }
  });

  test('give the right mix where one of them was silent for long, or only late', async () => {
    host = await openWebSocketHost();
    const silence = Buffer.alloc(RATE * 2 * 9);
    const cases: Record<string, Buffer> = {
      // As a source that stood still is filled up.
      silent: Buffer.concat([silence, far.subarray(silence.length)]),
      late: far,
      'late-in-its-last-sample': Buffer.concat([silence.subarray(2), Buffer.of(1, 0)]),
    };
    for (const [id, other] of Object.entries(cases)) {
      const client = await host.connect(id);
      client.say(START);
      sendAll(client, 'user', near);
      await untilMixing(id);
      sendAll(client, 'assistant', other);
      const stopped = await stop(client);
      const mix = await masterSamples(pathOf(stopped, 'mixed'));
      expect([id, mix.equals(referenceMix([near, other], RATE))]).toEqual([id, true]);
      expect((await readdir(folderOf(id))).toSorted()).toEqual(
        [...stopped.files.map(({ file_path }) => basename(file_path)), 'session.json'].toSorted(),
      );
    }
  });

  test('of several parts have a mix of each', async () => {
    host = await openWebSocketHost({ limits: { ...PROTOCOL_LIMITS, maxDurationSeconds: 5 } });
    const client = await host.connect('parts');
    client.say({ ...START, on_limit: 'continue' });
    for (let at = 0; at < near.length; at += RATE) {
      send(client, 'user', near.subarray(at, at + RATE));
      send(client, 'assistant', far.subarray(at, at + RATE));
    }
    client.say({ action: 'stop' });
    const parts = [
      await client.next('recording_stopped'),
      await client.next('recording_stopped'),
      await client.next('recording_stopped'),
    ];
    for (const [index, part] of parts.entries()) {
      const slice = (side: Buffer): Buffer => side.subarray(index * 5 * RATE * 2, (index + 1) * 5 * RATE * 2);
      const mix = await masterSamples(pathOf(part, 'mixed'));
      expect(mix.equals(referenceMix([slice(near), slice(far)], RATE))).toBe(true);
    }
    expect(parts.map((part) => basename(pathOf(part, 'mixed')).replace(/\d{6,}/, 'T'))).toEqual([
      'mixed_T.wav',
      'mixed_T_p2.wav',
      'mixed_T_p3.wav',
    ]);
  });

  test('in stereo are mixed channel by channel', async () => {
    host = await openWebSocketHost();
    const client = await host.connect('stereo');
    const quiet = (seed: number): Buffer => voice(seed, RATE * 4, 9000);
    client.say({ ...START, channels: 2 });
    sendAll(client, 'user', quiet(3));
    sendAll(client, 'assistant', quiet(4));
    const mix = await readWav(pathOf(await stop(client), 'mixed'));
    expect(mix.numChannels).toBe(2);
    expect(examineMix(mix.samples, [quiet(3), quiet(4)], RATE)).toMatchObject({
      altered: 0,
      over: 0,
      shares: [expect.closeTo(1, 1), expect.closeTo(1, 1)],
    });
  });
});

describe('what is kept', () => {
  async function record(record: readonly RecordingType[]): Promise<ServerMessageOf<'recording_stopped'>> {
    host = await openWebSocketHost();
    const client = await host.connect('kept');
    client.say({ ...START, record });
    sendAll(client, 'user', near);
    sendAll(client, 'assistant', far);
    return stop(client);
  }

  test('is the mix alone where that is what was asked for; the sides go, and are not listed as missing', async () => {
    const stopped = await record(['mixed']);
    expect((await readdir(folderOf('kept'))).map((name) => name.replace(/\d+/, 'T')).toSorted()).toEqual([
      'mixed_T.wav',
      'session.json',
    ]);
    expect((await masterSamples(pathOf(stopped, 'mixed'))).equals(referenceMix([near, far], RATE))).toBe(
      true,
    );
    const { body } = (await host.ask?.('GET', '/api/sessions/kept')) ?? {};
    expect(body).toMatchObject({ record: ['mixed'], tracks: ['user', 'assistant'], duration_seconds: 12 });
    expect(body).toHaveProperty('files.length', 1);
    expect((await recordOf('kept')).parts[0]?.report?.tracks).toMatchObject([
      { track: 'user', captured: 12 * RATE },
      { track: 'assistant', captured: 12 * RATE },
    ]);
  });

  test('is one side and the mix, and both sides without a mix', async () => {
    const types = async (wanted: readonly RecordingType[]): Promise<RecordingType[]> => {
      const { files } = await record(wanted);
      const names = await readdir(folderOf('kept'));
      expect(names).toHaveLength(wanted.length + 1);
      return files.map(({ type }) => type);
    };
    expect(await types(['assistant', 'mixed'])).toEqual(['assistant', 'mixed']);
    await host.dispose();
    expect(await types(['user', 'assistant'])).toEqual(['user', 'assistant']);
    await host.dispose();
    expect(await types(['user'])).toEqual(['user']);
  });
});

describe('a mix that goes wrong', () => {
  /** The second at which the session starts is in its files' names. */
  const clock = { monotonicMs: () => performance.now(), wallMs: () => 1_800_000_000_000 };
  const MIX = 'mixed_1800000000.wav';

  async function begin(): Promise<ProtocolClient> {
    host = await openWebSocketHost({ clock });
    await mkdir(folderOf('wrong'), { recursive: true });
    return host.connect('wrong');
  }

  async function recordBoth(client: ProtocolClient, start: object = {}) {
    client.say({ ...START, ...start });
    sendAll(client, 'user', near);
    sendAll(client, 'assistant', far);
    return stop(client);
  }

  /** A disk of its own, which no other name can be given to. */
  function mountUnder(name: string): void {
    const path = join(folderOf('wrong'), name);
    mountSmallDisk(path, 1);
    mounted.push(path);
  }

  test('while recording, for want of a file, is made from both sides at the end', async (context) => {
    context.skip(mountUnable() !== undefined, mountUnable());
    const client = await begin();
    mountUnder(`${MIX}.partial`);
    const stopped = await recordBoth(client);
    expect((await masterSamples(pathOf(stopped, 'user'))).equals(near)).toBe(true);
    expect((await masterSamples(pathOf(stopped, 'mixed'))).equals(referenceMix([near, far], RATE))).toBe(
      true,
    );
  });

  test('on the disk, is seen when it is read back, and made again before a side is removed', async () => {
    const client = await begin();
    client.say({ ...START, record: ['mixed'] });
    sendAll(client, 'user', near);
    sendAll(client, 'assistant', far);
    const file = await openMix('wrong');
    await file.write(Buffer.from('not what was written here'), 0, 25, 5000);
    await file.close();
    const stopped = await stop(client);
    expect(stopped.files.map(({ type }) => type)).toEqual(['mixed']);
    expect((await masterSamples(pathOf(stopped, 'mixed'))).equals(referenceMix([near, far], RATE))).toBe(
      true,
    );
  });

  test('for good, costs nothing but itself: sides that were wanted for it alone are kept, and it is said', async (context) => {
    context.skip(mountUnable() !== undefined, mountUnable());
    const client = await begin();
    mountUnder(MIX);
    const stopped = await recordBoth(client, { record: ['mixed'] });
    expect(stopped.files.map(({ type }) => type)).toEqual(['user', 'assistant']);
    expect((await masterSamples(pathOf(stopped, 'user'))).equals(near)).toBe(true);
    expect((await masterSamples(pathOf(stopped, 'assistant'))).equals(far)).toBe(true);
    expect((await client.next('warning')).message).toContain('Both sides are kept');
    const { files, status } = await recordOf('wrong');
    expect(status).toBe('completed');
    expect(files.map((file) => [file.type, file.status])).toEqual([
      ['user', 'completed'],
      ['assistant', 'completed'],
      ['mixed', 'failed'],
    ]);
    expect(existsSync(join(folderOf('wrong'), `${MIX}.partial`))).toBe(false);
  });
});
