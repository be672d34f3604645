import { readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import {
  asideIn,
  audio,
  damage,
  far,
  killed,
  masterIn,
  RATE,
  recovered,
  SECONDS,
  wavOf,
  type Killed,
} from '../../support/killed-recording.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';

const BOTH = ['user', 'assistant'];

/** A master as a power cut leaves it: shorter, and its header with it. */
function shortened(bytes: Buffer, frames: number): Buffer {
  const data = bytes.subarray(44, 44 + frames * 2);
  return wavOf(data);
}

async function mixOf({ folder }: Killed): Promise<{ name: string; samples: Buffer }> {
  const name = (await readdir(folder)).find((entry) => entry.startsWith('mixed')) ?? '';
  return { name, samples: (await readFile(join(folder, name))).subarray(44) };
}

describe.each([
  { record: ['user', 'assistant', 'mixed'], keeps: 'everything' },
  { record: ['mixed'], keeps: 'the mix' },
])('of a conversation that keeps $keeps', ({ record }) => {
  test('the mix that was made while recording stays where a side is shorter than it, and the loss is told', async () => {
    const one = await killed({ tracks: BOTH, record });
    const mix = await mixOf(one);
    await damage(one, (bytes) => shortened(bytes, RATE * 10));
    const { session } = await recovered(one);
    const kept = await masterSamples(masterIn(one, session, 'mixed'));
    expect(kept.equals(mix.samples.subarray(0, kept.length))).toBe(true);
    expect(kept.length).toBeGreaterThan(RATE * 2 * 20);
    const user = session.parts[0]?.report?.tracks.find(({ track }) => track === 'user');
    expect(user).toMatchObject({ captured: RATE * 10, expected: kept.length / 2 });
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThan(kept.length / 2 / RATE - 10);
    expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
    expect((await masterSamples(masterIn(one, session))).equals(audio.subarray(0, RATE * 20))).toBe(true);
  });

  test('a mix that is not what its sides come to is set aside, and both sides stay', async () => {
    const one = await killed({ tracks: BOTH, record });
    const mix = await mixOf(one);
    await damage(one, (bytes) => void bytes.fill(0, RATE * 2, RATE * 2 + 4096));
    const { session } = await recovered(one);
    const aside = await asideIn(one);
    expect(aside).toEqual([`${mix.name}.aside`]);
    expect((await readFile(join(one.folder, aside[0] ?? ''))).subarray(44).equals(mix.samples)).toBe(true);
    expect(session.files.map(({ type, status }) => [type, status]).toSorted()).toEqual([
      ['assistant', 'completed'],
      ['mixed', 'completed'],
      ['user', 'completed'],
    ]);
  });

  test('an empty side leaves the mix, and is not called complete', async () => {
    const one = await killed({ tracks: BOTH, record });
    const mix = await mixOf(one);
    await truncate(one.partial, 0);
    const { session } = await recovered(one);
    const kept = await masterSamples(masterIn(one, session, 'mixed'));
    expect(kept.equals(mix.samples.subarray(0, kept.length))).toBe(true);
    expect(session.files.find(({ type }) => type === 'user')?.status).toBe('failed');
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(SECONDS);
    expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
  });
});

describe('of a conversation that keeps one side', () => {
  const LEFT: Record<string, (one: Killed) => Promise<unknown>> = {
    'is gone': (one) => rm(one.partial),
    'is empty': (one) => truncate(one.partial, 0),
    'has a piece of its header': (one) => truncate(one.partial, 20),
    'is all zeros behind its header': (one) => damage(one, (bytes) => void bytes.fill(0, 44)),
    'is shorter': (one) => damage(one, (bytes) => shortened(bytes, RATE * 10)),
  };

  test.each(Object.entries(LEFT))('the other stays where that one %s', async (_, change) => {
    const one = await killed({ tracks: BOTH, record: ['user'] });
    await change(one);
    const { session } = await recovered(one);
    expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
    expect(session.files).toContainEqual(expect.objectContaining({ type: 'assistant', status: 'completed' }));
  });

  test('a track whose file is gone is told as lost', async () => {
    const one = await killed({ tracks: BOTH, record: ['user'] });
    await rm(one.partial);
    const { session } = await recovered(one);
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(SECONDS);
    expect(session.parts[0]?.report?.gaps).toEqual([
      { track: 'user', start_frame: 0, frames: RATE * SECONDS, cause: 'damaged', unfilled: true },
    ]);
  });

  test('the other stays where that one is whole too: no other file holds it', async () => {
    const one = await killed({ tracks: BOTH, record: ['user'] });
    const { session } = await recovered(one);
    expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
    expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
    expect(session.files.map(({ type, status }) => [type, status]).toSorted()).toEqual([
      ['assistant', 'completed'],
      ['user', 'completed'],
    ]);
  });

  test('the other goes at a proper end, and stays where a master was damaged while it was recorded', async () => {
    const typesAfter = async (cutOff: boolean): Promise<string[]> => {
      const { recorder, dataDir } = await openOwnRecorder();
      const connection = recorder.connect('talk', { send: () => undefined });
      const say = (message: object) => connection.receiveText(JSON.stringify(message));
      await say({ action: 'start', format: 'wav', tracks: BOTH, placement: 'append', record: ['user'] });
      const data = Buffer.from(audio.subarray(0, 32_000)).toString('base64');
      const chunk = (track: string, seq: number) => say({ action: 'audio_chunk', track, data, seq });
      for (const track of BOTH) await chunk(track, 0);
      const folder = join(dataDir, 'recordings', 'talk');
      const name = (await readdir(folder)).find((entry) => entry.startsWith('user_')) ?? '';
      while ((await readFile(join(folder, name))).length < 44 + 32_000);
      if (cutOff) await truncate(join(folder, name), 44 + 1000);
      for (const track of BOTH) await chunk(track, 1);
      await say({ action: 'stop' });
      const { files, status } = await recorder.handlers['sessions.get']({ id: 'talk' });
      expect(status).toBe('completed');
      const masters = (await readdir(folder)).filter((entry) => entry.endsWith('.wav'));
      expect(masters).toHaveLength(files.length);
      return files.map(({ type }) => type).toSorted();
    };
    expect(await typesAfter(false)).toEqual(['user']);
    expect(await typesAfter(true)).toEqual(['assistant', 'user']);
  });

  test('a file of a track that it never had stays', async () => {
    const one = await killed({ record: ['user'] });
    const stray = one.partial.replace('user_', 'assistant_');
    await writeFile(stray, wavOf(far));
    const { session } = await recovered(one);
    expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
  });
});

test.each(['.mending', '.mending-0123abcd', '.rebuilt', '.rebuilt-0123abcd.partial', '.encoding-0123abcd'])(
  'what is called %s, or as room that is kept, stays where it holds what nothing else does',
  async (suffix) => {
    const one = await killed();
    const final = one.partial.replace('.partial', '');
    const mending = wavOf(audio);
    await writeFile(final + suffix, mending);
    await writeFile(join(one.folder, '.reserve'), audio.subarray(0, 5000));
    await truncate(one.partial, 44 + RATE * 2);
    await recovered(one);
    expect((await readFile(final + suffix)).equals(mending)).toBe(true);
    expect(await readFile(join(one.folder, '.reserve'))).toHaveLength(5000);
  },
);

test('sides of uneven length stay where the mix that was made of them while recording is gone', async () => {
  const one = await killed({ tracks: BOTH, record: ['mixed'] });
  await rm(join(one.folder, (await mixOf(one)).name));
  await damage(one, (bytes) => shortened(bytes, RATE * 10));
  const { session } = await recovered(one);
  expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
  expect((await masterSamples(masterIn(one, session))).equals(audio.subarray(0, RATE * 20))).toBe(true);
});

describe('a finished part of a session that was cut off in a later one', () => {
  /** Waits until the sides of a conversation that keeps the mix alone have been removed for it. */
  async function mixIsAlone(
    { handlers }: Awaited<ReturnType<typeof openOwnRecorder>>['recorder'],
    more: object,
  ): Promise<void> {
    if (!('record' in more)) return;
    for (;;) {
      const { files } = await handlers['sessions.get']({ id: 'talk' });
      if (files.every(({ type, status }) => type === 'mixed' && status === 'completed')) return;
    }
  }

  /** 30 s that were stopped, and 1 s of another take that was killed. */
  async function killedInSecondPart(
    more: object = {},
    tracks: readonly string[] = ['user'],
  ): Promise<Killed> {
    const { recorder, dataDir } = await openOwnRecorder();
    const connection = recorder.connect('talk', { send: () => undefined });
    const say = (message: object) => connection.receiveText(JSON.stringify(message));
    const chunk = async (at: number) => {
      const data = Buffer.from(audio.subarray(at, at + RATE)).toString('base64');
      for (const track of tracks) await say({ action: 'audio_chunk', track, data });
    };
    const start = { action: 'start', format: 'wav', sample_rate: RATE, placement: 'append', tracks, ...more };
    await say(start);
    for (let at = 0; at < audio.length; at += RATE) await chunk(at);
    await say({ action: 'stop' });
    await mixIsAlone(recorder, more);
    await say(start);
    for (let at = 0; at < 2 * RATE; at += RATE) await chunk(at);
    const folder = join(dataDir, 'recordings', 'talk');
    for (;;) {
      const second = (await readdir(folder)).find((name) => /^user.*\.wav\.partial$/.test(name));
      if (second !== undefined && (await readFile(join(folder, second))).length === 44 + 2 * RATE) break;
    }
    const copy = await copyAsAfterKill(dataDir);
    onTestFinished(() => rm(copy, { recursive: true, force: true }));
    const killedFolder = join(copy, 'recordings', 'talk');
    const first = (await readdir(killedFolder)).find((name) => name.endsWith('.wav')) ?? '';
    return { dataDir: copy, folder: killedFolder, partial: join(killedFolder, first) };
  }

  test('is told where its end is gone', async () => {
    const one = await killedInSecondPart();
    await truncate(one.partial, 44 + RATE * 2 * 10);
    const { session } = await recovered(one);
    const part = session.parts.find(({ part: number }) => number === 1);
    expect(part?.report).toMatchObject({
      captured: RATE * 10,
      expected: RATE * SECONDS,
      gaps: [{ start_frame: RATE * 10, frames: RATE * 20, cause: 'damaged' }],
    });
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(20);
  });

  test.each(['its end', 'all of it', 'its header and its end'])(
    'is told where it was a mix alone and %s is gone',
    async (what) => {
      const one = await killedInSecondPart({ record: ['mixed'] }, BOTH);
      await truncate(one.partial, what === 'all of it' ? 0 : 44 + RATE * 2 * 10);
      if (what.startsWith('its header')) await damage(one, (bytes) => void bytes.fill(0, 0, 44));
      const { session } = await recovered(one);
      const left = what === 'all of it' ? 0 : RATE * 10;
      const report = session.parts.find(({ part }) => part === 1)?.report;
      expect(report).toMatchObject({ captured: left, expected: RATE * SECONDS });
      expect(report?.gaps).toEqual(
        BOTH.map((track) => ({
          track,
          start_frame: left,
          frames: RATE * SECONDS - left,
          cause: 'damaged',
          unfilled: true,
        })),
      );
      expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(SECONDS - left / RATE);
      expect(session.duration_seconds).toBe(2 + left / RATE - 1);
    },
  );

  test('gets its header again', async () => {
    const one = await killedInSecondPart();
    await damage(one, (bytes) => void bytes.fill(0, 0, 44));
    const { session } = await recovered(one);
    expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
    expect(await asideIn(one)).toHaveLength(1);
  });
});

test('what a recovery that was killed had made stays where its master has lost some of it since', async () => {
  const one = await killed();
  await damage(one, (bytes) => void bytes.fill(0, 0, 44));
  const final = one.partial.replace('.partial', '');
  const mended = wavOf(audio);
  for (const suffix of ['.mending', '.mending-0123abcd']) await writeFile(final + suffix, mended);
  await truncate(one.partial, 44 + RATE * 2);
  await recovered(one);
  for (const suffix of ['.mending', '.mending-0123abcd'])
    expect((await readFile(final + suffix)).equals(mended)).toBe(true);
});

test('a mix that a recovery had made stays where a side has lost some of it since', async () => {
  const one = await killed({ tracks: BOTH, record: ['mixed'] });
  const mix = await mixOf(one);
  const final = join(one.folder, mix.name.replace('.partial', ''));
  await rm(join(one.folder, mix.name));
  const made = wavOf(mix.samples);
  for (const suffix of ['.rebuilt', '.rebuilt.partial']) await writeFile(final + suffix, made);
  await damage(one, (bytes) => void bytes.fill(0, 44 + RATE, 44 + RATE + 8192));
  await recovered(one);
  for (const suffix of ['.rebuilt', '.rebuilt.partial'])
    expect((await readFile(final + suffix)).equals(made)).toBe(true);
});

test('one side that is left stays beside a mix that has lost some of it', async () => {
  const one = await killed({ tracks: BOTH, record: ['mixed'] });
  const mix = await mixOf(one);
  const sound = wavOf(mix.samples);
  sound.fill(0, 44 + RATE, 44 + 2 * RATE);
  await rm(join(one.folder, mix.name));
  await writeFile(join(one.folder, mix.name.replace('.partial', '')), sound);
  const assistant = (await readdir(one.folder)).find((name) => name.startsWith('assistant')) ?? '';
  await rm(join(one.folder, assistant));
  const { session } = await recovered(one);
  expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
});

test.each([0, 7000])(
  'what was being made of a master, and of which its header counts %i bytes, stays where it has more, and tells how much',
  async (counted) => {
    const one = await killed();
    const final = one.partial.replace('.partial', '');
    const left = wavOf(audio);
    left.writeUInt32LE(counted, 40);
    const suffixes = ['.mending', '.mending-0123abcd', '.rebuilt', '.rebuilt-0123abcd.partial'];
    for (const suffix of suffixes) await writeFile(final + suffix, left);
    await damage(one, (bytes) => shortened(bytes, RATE * 10));
    const { session } = await recovered(one);
    for (const suffix of suffixes) expect((await readFile(final + suffix)).equals(left)).toBe(true);
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(SECONDS - 10);
  },
);

describe('a turn that was being cut out of its master', () => {
  const SEGMENT = '4a4a4a4a-0000-4000-8000-000000000000';
  const withTurn = async (): Promise<{ one: Killed; turn: string; cut: Buffer }> => {
    const one = await killed({ keepCatalog: false });
    const path = join(one.folder, 'session.json');
    const file = JSON.parse(await readFile(path, 'utf8')) as { session: Record<string, unknown> };
    const segment = {
      segment_id: SEGMENT,
      turn_id: SEGMENT,
      role: 'user',
      part: 1,
      start_frame: RATE * 20,
      frame_count: RATE * 2,
      start_ms: 20_000,
      end_ms: 22_000,
      format: 'wav',
      sample_rate: RATE,
      num_channels: 1,
      duration_ms: 2000,
      byte_size: RATE * 4,
      interrupted: false,
      bleed: false,
      audio_url: '',
      file: null,
      started_at: '2026-01-01T00:00:20.000Z',
      ended_at: '2026-01-01T00:00:22.000Z',
    };
    await writeFile(path, JSON.stringify({ ...file, session: { ...file.session, segments: [segment] } }));
    const cut = wavOf(audio.subarray(RATE * 2 * 20, RATE * 2 * 22));
    const turn = join(one.folder, `${SEGMENT}.wav.new`);
    await writeFile(turn, cut);
    return { one, turn, cut };
  };

  test('goes where its master has it', async () => {
    const { one, turn } = await withTurn();
    await writeFile(turn, (await readFile(turn)).subarray(0, 44 + RATE));
    await recovered(one);
    expect((await readdir(one.folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test.each<[string, (one: Killed) => Promise<unknown>]>([
    ['is gone', ({ partial }) => rm(partial)],
    ['is shorter', (one) => damage(one, (bytes) => shortened(bytes, RATE * 10))],
    ['is zeros there', (one) => damage(one, (bytes) => void bytes.fill(0, 44 + RATE * 2 * 21))],
  ])('stays where its master %s', async (_, lose) => {
    const { one, turn, cut } = await withTurn();
    await lose(one);
    await recovered(one);
    expect((await readFile(turn)).equals(cut)).toBe(true);
  });
});

describe('a finished mix beside which an earlier one comes back', () => {
  const BOTH_AND_MIX = ['user', 'assistant', 'mixed'];

  /** Recovered, and with the names that its files had while they were recorded. */
  async function finished(record: readonly string[]): Promise<{ one: Killed; mix: string; samples: Buffer }> {
    const one = await killed({ tracks: BOTH, record });
    const { recorder } = await recovered(one);
    await recorder.close();
    const name = (await readdir(one.folder)).find((entry) => entry.startsWith('mixed')) ?? '';
    const mix = join(one.folder, name);
    return { one, mix, samples: await readFile(mix) };
  }

  test.each<[string, (bytes: Buffer) => Buffer | undefined]>([
    ['lost its end', (bytes) => shortened(bytes, RATE * 10)],
    ['become zeros', (bytes) => void bytes.fill(0, 44 + RATE * 4, 44 + RATE * 20)],
    [
      'become other sound',
      (bytes) => {
        bytes.set(far, 44);
        return undefined;
      },
    ],
  ])('stays as it was, also where a side has %s', async (_, lose) => {
    for (const earlier of [44 + RATE * 4, 44, 0]) {
      const { one, mix, samples } = await finished(BOTH_AND_MIX);
      await damage({ ...one, partial: one.partial.replace('.partial', '') }, lose);
      await writeFile(`${mix}.partial`, samples.subarray(0, earlier));
      await recovered(one);
      expect((await readFile(mix)).equals(samples)).toBe(true);
    }
  });

  test('stays where older files of both sides come back as well, one of which is in nothing but the mix', async () => {
    const { one, mix, samples } = await finished(['mixed', 'user']);
    const older = (pcm: Uint8Array): Buffer => wavOf(pcm.subarray(0, RATE * 4));
    for (const [type, pcm] of [
      ['assistant', far],
      ['user', audio],
    ] as const)
      await writeFile(mix.replace('mixed_', `${type}_`) + '.partial', older(pcm));
    await writeFile(`${mix}.partial`, samples.subarray(0, 44 + RATE));
    await recovered(one);
    expect((await readFile(mix)).equals(samples)).toBe(true);
  });

  test('of other sound is kept where it is not listed and a mix is made', async () => {
    const one = await killed({ tracks: BOTH, record: BOTH_AND_MIX, keepCatalog: false });
    const mix = await mixOf(one);
    const final = join(one.folder, mix.name.replace('.partial', ''));
    const other = wavOf(audio.subarray(0, RATE * 6));
    await writeFile(final, other);
    await rm(join(one.folder, 'session.json'));
    await recovered(one);
    const names = (await readdir(one.folder)).filter((name) => name.startsWith('mixed'));
    const contents = await Promise.all(names.map((name) => readFile(join(one.folder, name))));
    expect(contents.some((bytes) => bytes.subarray(44).includes(other.subarray(44)))).toBe(true);
    const begins = (bytes: Buffer): boolean =>
      bytes.subarray(44, 44 + mix.samples.length).equals(mix.samples);
    expect(contents.some(begins)).toBe(true);
  });
});

test.each([
  ['is empty', 0],
  ['has a fifth of them', 44 + RATE * 2 * 6],
])('sides stay where one has noise in it and the mix that was found %s', async (_, left) => {
  const one = await killed({ tracks: BOTH, record: ['mixed'] });
  await truncate(join(one.folder, (await mixOf(one)).name), left);
  await damage(one, (bytes) => {
    bytes.set(far.subarray(0, 32_768), 44 + RATE * 2 * 15);
    return undefined;
  });
  const { session } = await recovered(one);
  expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
  expect(session.files.map(({ type }) => type).toSorted()).toEqual(['assistant', 'mixed', 'user']);
});
