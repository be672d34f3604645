import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import { plantImpostor } from '../../support/impostor.ts';
import {
  asideIn,
  audio,
  damage,
  far,
  flip,
  killed,
  masterIn,
  RATE,
  recovered,
  SECONDS,
  wavOf,
  type Killed,
} from '../../support/killed-recording.ts';
import { masterSamples, readWav } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const HEADERS: Record<string, (bytes: Buffer) => undefined> = {
  '44 zero bytes': (bytes) => void bytes.fill(0, 0, 44),
  'a wrong RIFF': (bytes) => void bytes.write('RIFX', 0, 'latin1'),
  'a wrong WAVE': (bytes) => void bytes.write('WAVX', 8, 'latin1'),
  'a wrong data id': (bytes) => void bytes.write('dada', 36, 'latin1'),
  'two wrong bytes': (bytes) => {
    flip(bytes, 13);
    flip(bytes, 22);
  },
  'another rate': (bytes) => void bytes.writeUInt32LE(8000, 24),
  'another rate, all of it consistent': (bytes) => {
    bytes.set(
      createWavHeader({ sampleRate: 8000, channels: 1, mayExceed4GiB: false }).forSizes(bytes.length - 44, 0),
    );
  },
  'another number of channels, all of it consistent': (bytes) => {
    bytes.set(
      createWavHeader({ sampleRate: RATE, channels: 2, mayExceed4GiB: false }).forSizes(bytes.length - 44, 0),
    );
  },
  'a format of 24 bits': (bytes) => void bytes.writeUInt16LE(24, 34),
  'a format chunk that never ends': (bytes) => void bytes.writeUInt32LE(0xffffffff, 16),
  'sizes of garbage': (bytes) => {
    bytes.writeUInt32LE(0x12345678, 4);
    bytes.writeUInt32LE(0x9abcdef0, 40);
  },
  'a data size that is far too small': (bytes) => void bytes.writeUInt32LE(4, 40),
  'noise for a header': (bytes) => void seededBytes(5, 44).copy(bytes),
};

describe('a master with', () => {
  test.each(Object.entries(HEADERS))('%s keeps all that was acknowledged', async (_, change) => {
    const one = await killed();
    const before = await damage(one, change);
    const { session } = await recovered(one);
    expect(session).toMatchObject({ status: 'recovered', duration_seconds: SECONDS, sample_rate: RATE });
    const wav = await readWav(masterIn(one, session));
    expect([wav.sampleRate, wav.numChannels]).toEqual([RATE, 1]);
    expect(wav.samples.equals(audio)).toBe(true);
    // Sizes alone are made from the file itself; everything else is kept as it was found.
    for (const name of await asideIn(one))
      expect((await readFile(join(one.folder, name))).equals(before)).toBe(true);
    if (!before.subarray(44, 48).equals(audio.subarray(0, 4))) throw new Error('the audio was damaged too');
    expect((await readdir(one.folder)).some((name) => name.endsWith('.partial'))).toBe(false);
  });

  test('4,096 zero bytes keeps the rest, and tells of those as lost', async () => {
    const one = await killed();
    await damage(one, (bytes) => void bytes.fill(0, 0, 4096));
    const { session } = await recovered(one);
    const zeroed = (4096 - 44) / 2;
    expect(session.duration_seconds).toBe(SECONDS);
    expect(session.parts[0]?.report).toMatchObject({
      captured: RATE * SECONDS - zeroed,
      expected: RATE * SECONDS,
      gaps: [{ track: 'user', start_frame: 0, frames: zeroed, cause: 'damaged' }],
    });
    expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(zeroed / RATE + 0.25);
    const { samples } = await readWav(masterIn(one, session));
    expect(samples.subarray(4096 - 44).equals(audio.subarray(4096 - 44))).toBe(true);
    expect(await asideIn(one)).toHaveLength(1);
  });

  test('nothing left of it but its header is not called recovered', async () => {
    const one = await killed();
    await truncate(one.partial, 44);
    const { session, recorder } = await recovered(one);
    expect(session.status).toBe('failed');
    expect(recorder.recovered).toEqual([]);
    expect(session.parts[0]?.report).toMatchObject({ captured: 0, expected: RATE * SECONDS });
    expect(session.files).toMatchObject([{ status: 'failed' }]);
  });

  test('two thirds of it cut off tells what is missing, in its report and as what was lost', async () => {
    const one = await killed();
    await truncate(one.partial, 44 + RATE * 2 * 10);
    const { session } = await recovered(one);
    expect(session).toMatchObject({ status: 'recovered', duration_seconds: 10 });
    expect(session.recovered?.lost_seconds_at_most).toBeCloseTo(20.25, 3);
    expect(session.parts[0]?.report).toMatchObject({
      captured: RATE * 10,
      expected: RATE * SECONDS,
      gaps: [{ start_frame: RATE * 10, frames: RATE * 20, cause: 'damaged', unfilled: true }],
    });
  });

  test('audio that spells cue keeps what follows it', async () => {
    const one = await killed();
    await damage(one, (bytes) => {
      const at = 44 + RATE * 2;
      bytes.write('cue ', at, 'latin1');
      bytes.writeUInt32LE(RATE * 2, 40);
      bytes.writeUInt32LE(RATE * 2 + 36, 4);
    });
    const { session } = await recovered(one);
    expect(session.duration_seconds).toBe(SECONDS);
    expect((await masterSamples(masterIn(one, session))).length).toBe(audio.length);
  });
});

describe('without session.json and catalog', () => {
  async function bare(): Promise<Killed> {
    const one = await killed({ keepCatalog: false });
    await rm(join(one.folder, 'session.json'));
    return one;
  }

  test('a damaged header tells its rate all the same where it says it twice', async () => {
    const one = await bare();
    await damage(one, (bytes) => {
      bytes.write('dada', 36, 'latin1');
      bytes.writeUInt32LE(1, 24);
    });
    const { session } = await recovered(one);
    expect(session).toMatchObject({ status: 'recovered', duration_seconds: SECONDS, sample_rate: RATE });
    expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
  });

  test('a master of which nothing tells the rate is left as it is, and listed as failed', async () => {
    const one = await bare();
    const before = await damage(one, (bytes) => void bytes.fill(0, 0, 44));
    for (let launch = 0; launch < 2; launch++) {
      const { recorder, session, unfinished } = await recovered(one);
      expect(session).toMatchObject({
        status: 'failed',
        files: [{ status: 'failed', byte_size: before.length }],
      });
      expect(unfinished).toMatchObject([
        { id: 'talk', reason: expect.stringMatching(/at what rate/) as string },
      ]);
      expect((await readFile(one.partial)).equals(before)).toBe(true);
      await recorder.close();
    }
  });

  test('the other track tells it', async () => {
    const one = await killed({ tracks: ['user', 'assistant'], keepCatalog: false });
    await rm(join(one.folder, 'session.json'));
    await damage(one, (bytes) => void bytes.fill(0, 0, 44));
    const { session } = await recovered(one);
    expect((await readWav(masterIn(one, session))).sampleRate).toBe(RATE);
    expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
  });
});

test('a damaged session.json is kept beside the one that takes its place, and nothing of the audio is lost', async () => {
  const one = await killed({ keepCatalog: false });
  const path = join(one.folder, 'session.json');
  const damaged = (await readFile(path, 'utf8')).replace('"session"', '"sessiom"');
  await writeFile(path, damaged);
  const { session } = await recovered(one);
  expect(session).toMatchObject({ status: 'recovered', duration_seconds: SECONDS, sample_rate: RATE });
  expect(await readFile(join(one.folder, 'session.json.aside'), 'utf8')).toBe(damaged);
  expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
});

test('the session.json of another session is not believed', async () => {
  const one = await killed({ keepCatalog: false });
  const path = join(one.folder, 'session.json');
  const { version, session: told } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  await writeFile(path, JSON.stringify({ version, session: { ...told, id: 'another', sample_rate: 8000 } }));
  const { session } = await recovered(one);
  expect(session).toMatchObject({
    id: 'talk',
    status: 'recovered',
    duration_seconds: SECONDS,
    sample_rate: RATE,
  });
});

describe('an unfinished file beside a finished one of the same name that differs', () => {
  const other = seededBytes(77, audio.length + RATE * 4).map((byte) => byte | 1);
  const zeroedInside = (): Buffer => {
    const bytes = Buffer.from(other.subarray(0, audio.length));
    bytes.fill(0, RATE, RATE + 3 * 4096);
    return bytes;
  };
  const FINAL: Record<string, { pcm: () => Uint8Array; isBetter: boolean }> = {
    shorter: { pcm: () => other.subarray(0, RATE * 4), isBetter: false },
    longer: { pcm: () => other, isBetter: true },
    'as long, with blocks of zeros': { pcm: zeroedInside, isBetter: false },
    'longer, and nearly all zeros': {
      pcm: () => Buffer.concat([other.subarray(0, RATE), Buffer.alloc(audio.length)]),
      isBetter: false,
    },
  };

  describe.each([
    ['with a catalog', true],
    ['with nothing but the files', false],
  ])('%s', (_, isDescribed) => {
    test.each(Object.entries(FINAL))(
      'is one part with it where that is %s',
      async (__, { pcm, isBetter }) => {
        const one = await killed({ keepCatalog: isDescribed });
        if (!isDescribed) await rm(join(one.folder, 'session.json'));
        const final = one.partial.replace('.partial', '');
        const finished = Buffer.from(pcm());
        await writeFile(final, wavOf(finished));
        const unfinished = await readFile(one.partial);
        for (let launch = 0; launch < 2; launch++) {
          const { session, recorder } = await recovered(one);
          const kept = isBetter ? finished : audio;
          expect(session.parts.map(({ part }) => part)).toEqual([1]);
          expect(session.duration_seconds).toBe(kept.length / 2 / RATE);
          expect(session.files).toMatchObject([{ status: 'completed', part: 1 }]);
          expect((await masterSamples(masterIn(one, session))).equals(kept)).toBe(true);
          const [aside] = await asideIn(one);
          const besides = await readFile(join(one.folder, aside ?? 'nothing'));
          expect(besides.equals(isBetter ? unfinished : wavOf(finished))).toBe(true);
          await recorder.close();
        }
      },
    );
  });

  test('is told by the longest where that holds less', async () => {
    const one = await killed();
    const longer = Buffer.concat([other.subarray(0, RATE), Buffer.alloc(audio.length)]);
    await writeFile(one.partial.replace('.partial', ''), wavOf(longer));
    const { session } = await recovered(one);
    expect(session.parts[0]?.report).toMatchObject({ captured: RATE * SECONDS, expected: longer.length / 2 });
  });

  test('is one part with it in a conversation, mix and all', async () => {
    const one = await killed({ tracks: ['user', 'assistant'], record: ['user', 'assistant', 'mixed'] });
    for (const name of await readdir(one.folder))
      if (name.endsWith('.wav.partial'))
        await writeFile(join(one.folder, name.replace('.partial', '')), wavOf(other.subarray(0, RATE * 4)));
    const { session } = await recovered(one);
    expect(session).toMatchObject({ status: 'recovered', duration_seconds: SECONDS, parts: [{ part: 1 }] });
    expect(session.files.map(({ type, duration_ms }) => [type, duration_ms]).toSorted()).toEqual([
      ['assistant', SECONDS * 1000],
      ['mixed', SECONDS * 1000],
      ['user', SECONDS * 1000],
    ]);
    expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
  });
});

describe.each(['link', 'broken link', 'fifo', 'folder'] as const)(
  'a %s in the place of the final name',
  (kind) => {
    async function planted(path: string, outside: string): Promise<void> {
      if (kind === 'folder') await mkdir(path);
      else await plantImpostor(kind, path, outside);
    }

    test.each([
      ['with a catalog', true],
      ['with nothing but the files', false],
    ])('hides no unfinished master: %s', async (_, isDescribed) => {
      const one = await killed({ keepCatalog: isDescribed });
      if (!isDescribed) await rm(join(one.folder, 'session.json'));
      const outside = join(one.dataDir, 'outside');
      await writeFile(outside, 'not ours');
      await planted(one.partial.replace('.partial', ''), outside);
      const { recorder, session } = await recovered(one);
      const { sessions } = await recorder.handlers['sessions.list']({});
      expect(sessions).toMatchObject([{ id: 'talk', status: 'recovered', duration_seconds: SECONDS }]);
      expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
      expect(await asideIn(one)).toHaveLength(1);
      expect(await readFile(outside, 'utf8')).toBe('not ours');
    });

    test('hides neither a side nor the mix of a conversation', async () => {
      const one = await killed({ tracks: ['user', 'assistant'], record: ['user', 'assistant', 'mixed'] });
      for (const name of await readdir(one.folder))
        if (name.endsWith('.wav.partial'))
          await planted(join(one.folder, name.replace('.partial', '')), join(one.dataDir, 'outside'));
      const { session } = await recovered(one);
      expect(
        session.files.map(({ type, duration_ms, status }) => [type, duration_ms, status]).toSorted(),
      ).toEqual([
        ['assistant', SECONDS * 1000, 'completed'],
        ['mixed', SECONDS * 1000, 'completed'],
        ['user', SECONDS * 1000, 'completed'],
      ]);
      expect(await asideIn(one)).toHaveLength(3);
    });
  },
);

test('a recovery that was killed between giving the new name and taking the old one ends with one recording', async () => {
  const one = await killed();
  await copyFile(one.partial, one.partial.replace('.partial', ''));
  await damage(one, (bytes) => void bytes.fill(0, 0, 44));
  const { session } = await recovered(one);
  expect(session).toMatchObject({ duration_seconds: SECONDS, parts: [{ part: 1 }] });
  expect(await asideIn(one)).toHaveLength(1);
});

test('what belongs to nobody is not removed, whatever it is called', async () => {
  const one = await killed();
  const names = ['notes.mp4.partial', 'holiday.rebuilt', 'x.encoding-12345678', 'mine.mending'];
  for (const name of names) await writeFile(join(one.folder, name), 'mine');
  await mkdir(join(one.folder, 'user_1.mp4.partial'));
  const { session } = await recovered(one);
  expect(session.status).toBe('recovered');
  expect(await readdir(one.folder)).toEqual(expect.arrayContaining(names));
});

test('of two tracks the mix that was made while recording stays where a side is damaged', async () => {
  const one = await killed({ tracks: ['user', 'assistant'], record: ['user', 'assistant', 'mixed'] });
  const mixName = (await readdir(one.folder)).find((name) => name.startsWith('mixed')) ?? '';
  const mix = (await readFile(join(one.folder, mixName))).subarray(44);
  await truncate(one.partial, 44 + RATE * 2);
  const { session } = await recovered(one);
  const samples = await masterSamples(masterIn(one, session, 'mixed'));
  expect(samples.length).toBeGreaterThan(audio.length - 6 * RATE * 2);
  expect(samples.equals(mix.subarray(0, samples.length))).toBe(true);
});

test('a side that only its mix was to keep stays where the mix does not hold all of it', async () => {
  const one = await killed({ tracks: ['user', 'assistant'], record: ['mixed'] });
  await rm(one.partial);
  const { session } = await recovered(one);
  expect((await masterSamples(masterIn(one, session, 'assistant'))).equals(far)).toBe(true);
});

test('a header that is damaged alone leaves both sides and a mix of all of both', async () => {
  const one = await killed({ tracks: ['user', 'assistant'], record: ['user', 'assistant', 'mixed'] });
  await damage(one, (bytes) => void bytes.fill(0, 0, 44));
  const { session } = await recovered(one);
  expect((await masterSamples(masterIn(one, session))).equals(audio)).toBe(true);
  expect(session.files.map(({ duration_ms, status }) => [duration_ms, status])).toEqual(
    Array.from({ length: 3 }, () => [SECONDS * 1000, 'completed']),
  );
});

test('a file of another kind under the name of a master is left as it is, and said to be one', async () => {
  const one = await killed();
  await rename(one.partial, `${one.partial}.elsewhere`);
  await writeFile(one.partial, Buffer.concat([Buffer.from('\0\0\0\x20ftypisom'), seededBytes(1, 5000)]));
  const { session, unfinished } = await recovered(one);
  expect(session.status).toBe('failed');
  expect(unfinished.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(/an MP4/));
  expect(existsSync(one.partial)).toBe(true);
});
