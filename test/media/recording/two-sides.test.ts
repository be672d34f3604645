import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nextWhole } from '../../support/protocol-client.ts';
import { z } from 'zod';
import { LIMITER_THRESHOLD } from '../../../src-main/audio/limiter.ts';
import { DEFAULT_PROFILES, type RecordingProfile } from '../../../src-main/contract/recording-profile.ts';
import { DEFAULT_SETTINGS } from '../../../src-main/contract/settings.ts';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { listFfmpegCandidates } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';
import { examineMix, referenceMix, voice } from '../../support/mix-reference.ts';
import { openWebSocketHost } from '../../support/protocol-hosts.ts';
import { masterSamples, readWav } from '../../support/read-wav.ts';
import { lectern, startLectern } from '../commands/run-command.ts';
import { decode, probe, writeWav } from '../encode/audio-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);
const RATE = 16_000;
const near = voice(1, RATE * 7, 30_000);
const far = voice(2, RATE * 5, 30_000);

const delivered = z.object({ session_id: z.string(), files: z.array(z.string()) });

async function setUp(profile?: Partial<RecordingProfile> & { name: string }) {
  const dir = await temporaryFolder();
  const data = join(dir, 'data');
  const [input, assistant] = [join(dir, 'near.wav'), join(dir, 'far.wav')];
  await writeWav(input, near, RATE, 1);
  await writeWav(assistant, far, RATE, 1);
  await mkdir(data, { mode: 0o700 });
  if (profile !== undefined) {
    const profiles = [...DEFAULT_PROFILES, { ...DEFAULT_PROFILES[1]!, ...profile }];
    await writeFile(join(data, 'settings.json'), JSON.stringify({ ...DEFAULT_SETTINGS, profiles }), {
      mode: 0o600,
    });
  }
  const record = (...more: string[]) => [
    'record',
    '--dir',
    data,
    '--out',
    join(dir, 'out'),
    '--json',
    ...more,
  ];
  return { dir, data, input, assistant, record };
}

/** Runs the command and lists what it delivered, by the kind of file. */
async function recordTo(args: readonly string[]) {
  const { code, stdout, stderr } = await lectern(args);
  expect([code, stderr]).toEqual([0, '']);
  const { files, session_id } = delivered.parse(JSON.parse(stdout));
  return { id: session_id, files: new Map(files.map((file) => [basename(file).split('_')[0] ?? '', file])) };
}

/** Without digits that a session's start decides. */
const namesIn = async (data: string, id: string): Promise<string[]> =>
  (await readdir(join(data, 'recordings', id))).map((name) => name.replace(/\d{6,}/, 'T')).toSorted();

/** How alike two stretches of sound are, wherever a codec's delay has put the second: 1 the same, 0 unrelated. */
function likeness(wanted: Int16Array, got: Int16Array): number {
  let best = 0;
  for (let shift = -40; shift <= 40; shift++) {
    let [product, first, second] = [0, 0, 0];
    for (let at = 2000; at < Math.min(wanted.length, got.length) - 2000; at += 3) {
      const [a, b] = [wanted[at] ?? 0, got[at + shift] ?? 0];
      product += a * b;
      first += a * a;
      second += b * b;
    }
    best = Math.max(best, product / Math.sqrt(first * second));
  }
  return best;
}

const samples = (pcm: Buffer): Int16Array => new Int16Array(Uint8Array.from(pcm).buffer);

describe('two files recorded side by side', () => {
  it.each(['mp4', 'mp3'] as const)(
    'give both sides and their mix as %s, all three playable',
    async (format) => {
      const { data, input, assistant, record } = await setUp();
      const { id, files } = await recordTo(
        record('--input', input, '--assistant', assistant, '--format', format, '--speed', '0'),
      );
      expect([...files.keys()]).toEqual(['user', 'assistant', 'mixed']);
      const mix = referenceMix([near, far], RATE);
      for (const [type, pcm] of [
        ['user', near],
        ['assistant', far],
        ['mixed', mix],
      ] as const) {
        const path = files.get(type) ?? '';
        const { codec, durationSeconds } = await probe(path);
        expect(codec).toBe(format === 'mp4' ? 'aac' : 'mp3');
        expect(Math.abs(durationSeconds - pcm.length / 2 / RATE)).toBeLessThan(0.15);
        const heard = await decode(path);
        expect(Math.abs(heard.length / RATE - pcm.length / 2 / RATE)).toBeLessThan(0.05);
        expect([type, likeness(samples(pcm), heard)]).toEqual([type, expect.closeTo(1, 1)]);
        const master = join(data, 'recordings', id, `${basename(path, `.${format}`)}.wav`);
        expect((await masterSamples(master)).equals(pcm)).toBe(true);
      }
      const findings = examineMix(mix, [near, far], RATE);
      expect(findings.over).toBeGreaterThan(200);
      expect(findings.altered).toBe(0);
      expect(findings.peak).toBeLessThanOrEqual(LIMITER_THRESHOLD);
    },
  );

  it('and a profile that keeps only the mix leave nothing else, in the library or in the folder', async () => {
    const { dir, data, input, assistant, record } = await setUp({
      name: 'Minutes',
      record_user_audio: false,
      record_assistant_audio: false,
      format: 'mp3',
    });
    const { id, files } = await recordTo(
      record('--input', input, '--assistant', assistant, '--profile', 'minutes', '--speed', '0'),
    );
    expect([...files.keys()]).toEqual(['mixed']);
    expect(await readdir(join(dir, 'out'))).toHaveLength(1);
    expect(await namesIn(data, id)).toEqual(['mixed_T.mp3', 'mixed_T.wav', 'session.json']);
    const list = await lectern(['list', '--dir', data]);
    expect(list.stdout.split('\t').slice(2, 5)).toEqual(['0:07', 'completed', 'mixed']);
  });

  it('and a profile that makes no copies leave the raw masters, from which an export makes them', async () => {
    const { data, input, assistant, record } = await setUp({ name: 'Raw', auto_save: false, format: 'mp4' });
    const { id, files } = await recordTo(
      record('--input', input, '--assistant', assistant, '--profile', 'Raw', '--speed', '0'),
    );
    expect([...files.values()].every((file) => file.endsWith('.wav'))).toBe(true);
    expect(await namesIn(data, id)).toEqual(['assistant_T.wav', 'mixed_T.wav', 'session.json', 'user_T.wav']);
    const exported = await lectern([
      'export',
      id,
      '--dir',
      data,
      '--format',
      'mp4',
      '--track',
      'mixed',
      '--json',
    ]);
    const [path = ''] = z.object({ files: z.array(z.string()) }).parse(JSON.parse(exported.stdout)).files;
    expect(basename(path)).toMatch(/^mixed_\d+\.mp4$/);
    expect((await probe(path)).durationSeconds).toBeCloseTo(7, 1);
  });

  it('of different rates and encodings are brought to those of the first', async () => {
    const { dir, data, assistant, record } = await setUp();
    const call = join(dir, 'call.wav');
    await run('ffmpeg', ['-v', 'error', '-i', assistant, '-ar', '8000', '-c:a', 'pcm_mulaw', call]);
    const { id, files } = await recordTo(record('--input', call, '--assistant', assistant, '--speed', '0'));
    expect([...files.keys()]).toEqual(['user', 'assistant', 'mixed']);
    for (const file of files.values())
      expect(await probe(file)).toMatchObject({ codec: 'pcm_s16le', sampleRate: 8000, channels: 1 });
    const described = await readFile(join(data, 'recordings', id, 'session.json'), 'utf8');
    expect(JSON.parse(described)).toMatchObject({ session: { sample_rate: 8000, duration_seconds: 5 } });
  });
});

describe('a telephone call of two mu-law sides', () => {
  it('recorded as the Call profile says is 8 kHz PCM, and MP3 at the most that 22.05 kHz allows', async () => {
    const { dir, data, input, assistant, record } = await setUp();
    const mulaw = async (path: string): Promise<string> => {
      const call = join(dir, `call-${basename(path)}`);
      await run('ffmpeg', ['-v', 'error', '-i', path, '-ar', '8000', '-c:a', 'pcm_mulaw', call]);
      return call;
    };
    const [callerSide, agentSide] = [await mulaw(input), await mulaw(assistant)];
    const { id, files } = await recordTo(
      record('--input', callerSide, '--assistant', agentSide, '--profile', 'Call', '--speed', '0'),
    );
    expect([...files.keys()]).toEqual(['user', 'assistant', 'mixed']);
    for (const file of files.values())
      expect(await probe(file)).toMatchObject({
        codec: 'mp3',
        sampleRate: 22_050,
        channels: 1,
        bitRate: 160_000,
      });
    const folder = join(data, 'recordings', id);
    for (const name of (await readdir(folder)).filter((entry) => entry.endsWith('.wav')))
      expect(await readWav(join(folder, name))).toMatchObject({ sampleRate: 8000, bitsPerSample: 16 });
    const shown = await lectern(['show', id, '--dir', data]);
    expect(shown.stdout).toContain('profile   Call');
    for (const type of ['user', 'assistant', 'mixed'])
      expect(shown.stdout).toMatch(new RegExp(`^file +\\S+/${type}_\\d+\\.mp3 .*completed$`, 'm'));
  });
});

it('a conversation whose program is killed has both sides and the mix, of one length, in every format', async () => {
  const { data, input, assistant, record } = await setUp();
  const command = startLectern(record('--input', input, '--assistant', assistant, '--format', 'mp3'));
  const recordings = join(data, 'recordings');
  for (let isUnderWay = false; !isUnderWay;) {
    const names = await readdir(recordings, { recursive: true }).catch(() => []);
    const mix = names.find((name) => /mixed_\d+\.wav\.partial$/.test(name));
    const bytes = mix === undefined ? 0 : (await readFile(join(recordings, mix))).length;
    isUnderWay = bytes > RATE * 2;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  command.child.kill('SIGKILL');
  await command.outcome;

  const { code, stdout } = await lectern(['recover', '--dir', data, '--json']);
  expect(code).toBe(0);
  const { recovered } = z
    .object({
      recovered: z.array(
        z.object({
          id: z.string(),
          files: z.array(
            z.object({ type: z.string(), format: z.string(), status: z.string(), file_path: z.string() }),
          ),
        }),
      ),
    })
    .parse(JSON.parse(stdout));
  const files = recovered[0]?.files ?? [];
  expect(files.map(({ type, format, status }) => `${type} ${format} ${status}`).toSorted()).toEqual(
    ['assistant', 'mixed', 'user'].flatMap((type) => [`${type} mp3 completed`, `${type} wav completed`]),
  );
  const pcm = new Map<string, Buffer>();
  for (const { type, format, file_path } of files)
    if (format === 'wav') pcm.set(type, await masterSamples(join(recordings, file_path)));
  const [user, other, mix] = [pcm.get('user'), pcm.get('assistant'), pcm.get('mixed')];
  if (user === undefined || other === undefined || mix === undefined) throw new Error('a side is missing');
  // The kill may come between two sides of one moment, which are a tenth of a second each.
  expect(Math.abs(user.length - other.length)).toBeLessThanOrEqual(2 * RATE * 0.1);
  expect(mix.equals(referenceMix([user, other], RATE))).toBe(true);
  expect(user.equals(near.subarray(0, user.length))).toBe(true);
  for (const { format, file_path } of files)
    if (format === 'mp3')
      expect((await decode(join(recordings, file_path))).length / RATE).toBeCloseTo(mix.length / 2 / RATE, 0);
});

describe('a client with both sides', () => {
  it.each(['mp4', 'mp3'] as const)(
    'that brings one side first and the other much later still gets the right mix as %s',
    async (format) => {
      const silent = (): undefined => undefined;
      const ffmpeg = await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log: silent });
      const host = await openWebSocketHost({ encoder: createEncoder({ ffmpeg, log: silent }) });
      onTestFinished(() => host.dispose());
      const long = voice(3, RATE * 30, 20_000);
      const late = voice(4, RATE * 30, 20_000);
      const client = await host.connect('late');
      // Sent as fast as it goes, so the clock says nothing of where a side belongs.
      client.say({ action: 'start', format, tracks: ['user', 'assistant'], placement: 'append' });
      for (const [track, audio] of [
        ['user', long],
        ['assistant', late],
      ] as const)
        for (let at = 0; at < audio.length; at += RATE)
          client.say({
            action: 'audio_chunk',
            track,
            data: audio.subarray(at, at + RATE).toString('base64'),
          });
      client.say({ action: 'stop' });
      const { files } = await nextWhole(client);
      const file = files.find((candidate) => candidate.type === 'mixed' && candidate.format === format);
      const heard = await decode(join(host.dataDir, 'recordings', file?.file_path ?? ''));
      expect(Math.abs(heard.length / RATE - 30)).toBeLessThan(0.05);
      expect(likeness(samples(referenceMix([long, late], RATE)), heard)).toBeGreaterThan(0.97);
    },
  );
});

describe('a profile that there is not', () => {
  it.each([
    ['record', ['record', '--out', 'OUT', '--input', 'INPUT', '--profile', 'Seminar']],
    ['serve', ['serve', '--port', '0', '--profile', 'Seminar']],
  ])('is wrong use of %s, and the ones there are are named', async (_command, args) => {
    const { dir, data, input } = await setUp();
    const filled = args.map((arg) => ({ OUT: join(dir, 'out'), INPUT: input })[arg] ?? arg);
    const { code, stderr, stdout } = await lectern([...filled, '--dir', data]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/Lecture, Meeting, Call, got "Seminar"\n$/);
  });
});
