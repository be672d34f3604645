import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Verdict } from '../../../src-main/contract/intake.ts';
import { createAudioDecoder } from '../../../src-main/encode/ffmpeg/audio-decoder.ts';
import { examineFile } from '../../../src-main/library/intake/examine-file.ts';
import { parseIncomingName } from '../../../src-main/library/intake/file-name.ts';
import type { IncomingFile } from '../../../src-main/library/intake/incoming-file.ts';
import { mendFile } from '../../../src-main/library/intake/mend-file.ts';
import { createRepairer, type RepairStatus } from '../../../src-main/repair/repairer.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ffmpeg } from './sounds.ts';

const CUTS = 8;
/** Of so many cut files one is shown to the command too, and of twice as many one is mended by it. */
const EVERY = 2;
const PAGES = ['-page_duration', '200000'];
const FRAGMENTS = ['-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '300000'];

const KINDS: readonly [string, readonly string[]][] = [
  ['opus.ogg', ['-c:a', 'libopus', ...PAGES]],
  ['vorbis.ogg', ['-c:a', 'libvorbis', ...PAGES]],
  ['tone.mp3', ['-c:a', 'libmp3lame']],
  ['tone.webm', ['-c:a', 'libopus']],
  ['live.mp4', ['-c:a', 'aac', ...FRAGMENTS]],
  ['tone.aac', ['-c:a', 'aac', '-f', 'adts']],
  ['tone.flac', ['-c:a', 'flac']],
  ['tone.wav', ['-c:a', 'pcm_s16le']],
];

/** What the command says of a file that is examined so. Kinds that are not mended are none of its business. */
const STATUSES: Readonly<Record<Verdict, readonly RepairStatus[]>> = {
  whole: ['healthy', 'skipped'],
  mendable: ['would-repair'],
  hopeless: ['unrepairable'],
  unknown: ['unrepairable', 'skipped'],
};

test.each(KINDS)(
  'of %s, cut anywhere, the verdict, the mending, the trial run and the command agree',
  async (name, codec) => {
    const folder = await temporaryFolder();
    const whole = join(folder, name);
    const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1.5', '-ac', '1', '-ar', '48000'];
    await ffmpeg(...tone, ...codec, whole);
    const bytes = await readFile(whole);
    const random = seededRandom(41);
    const cuts = Array.from({ length: CUTS }, () => Math.floor(bytes.length * (0.05 + 0.95 * random())));
    // Within the head of a page, where readers miss nothing.
    const page = bytes.indexOf('OggS', Math.floor(bytes.length / 2), 'latin1');
    if (page >= 0) cuts[0] = page + 8;
    const repairer = createRepairer({ findFfmpeg: () => Promise.resolve('ffmpeg') });
    const decoder = createAudioDecoder('ffmpeg');
    const { signal } = new AbortController();
    for (const [index, cut] of cuts.entries()) {
      const own = join(folder, String(index));
      await mkdir(own);
      const path = join(own, `cut${extname(name)}`);
      await writeFile(path, bytes.subarray(0, cut));
      const command = async (dryRun: boolean) => {
        const statuses: RepairStatus[] = [];
        for await (const { status } of repairer.repairPaths([path], { dryRun })) statuses.push(status);
        return statuses;
      };
      const file = incoming(path, cut);
      const { verdict } = await examineFile(file, {}, { repairer, decoder }, signal);
      const at = `${cut} of ${bytes.length} bytes: ${verdict}`;
      if (index % EVERY === 0) {
        const [foretold] = await command(true);
        expect(STATUSES[verdict], at).toContain(foretold);
        if (index % (2 * EVERY) === 0)
          expect(await command(false), at).toEqual([verdict === 'mendable' ? 'repaired' : foretold]);
      }
      const mended = mendFile(file, { repairer, decoder }, { signal, onProgress: () => undefined });
      const outcome = await mended.then(
        () => 'mended',
        (error: unknown) => String(error),
      );
      if (verdict === 'mendable') expect(outcome, at).toBe('mended');
      else expect(outcome, at).toContain('Expected a file that can be mended');
    }
    await Promise.all([repairer.close(), decoder.close()]);
  },
  300_000,
);

function incoming(path: string, byteSize: number): IncomingFile {
  return {
    id: 'cut',
    name: parseIncomingName(path),
    folder: join(path, '..'),
    originalPath: path,
    byteSize,
    receivedBytes: byteSize,
    stage: 'waiting',
    fraction: null,
    lastUsedMs: 0,
  };
}
