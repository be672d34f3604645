import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { openRegularFile } from '../../../src-main/disk/regular-file.ts';
import { openWavMaster } from '../../../src-main/encode/wav-master.ts';
import { openWavSamples, readWavLayout } from '../../../src-main/files/wav-reader.ts';
import { diagnoseWav } from '../../../src-main/repair/diagnose-wav.ts';
import { codeOf } from '../../support/intake-client.ts';
import { startIntakeServer } from '../../support/intake-server.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { chunk, memorySource, voiceLike, wavOf } from '../../unit/repair/memory-file.ts';

const audio = voiceLike(4000);
const whole = wavOf(audio);
const LARGEST = Buffer.alloc(4, 0xff);

function patched(at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(whole);
  copy.set(bytes, at);
  return copy;
}

const rf64 = (sizes: Buffer) =>
  Buffer.concat([
    Buffer.from('RF64\xff\xff\xff\xffWAVE', 'latin1'),
    ...[chunk('ds64', sizes), whole.subarray(12, 40), LARGEST, audio],
  ]);

const headers: readonly (readonly [string, Buffer])[] = [
  ['0 channels', patched(22, 0, 0)],
  ['65535 channels', patched(22, 255, 255)],
  ['0 Hz', patched(24, 0, 0, 0, 0)],
  ['0 Hz in 0 bytes a second', patched(24, 0, 0, 0, 0, 0, 0, 0, 0)],
  ['0 bits', patched(34, 0, 0)],
  ['65535 bits', patched(34, 255, 255)],
  ['blocks of 0 bytes', patched(32, 0, 0)],
  ['0 bytes a second', patched(28, 0, 0, 0, 0)],
  ['nothing but zeros in its format', patched(20, ...Array.from({ length: 16 }, () => 0))],
  ['a format of 4 GiB', patched(16, ...LARGEST)],
  ['audio of 4 GiB', patched(40, ...LARGEST)],
  ['a file of 4 GiB', patched(4, ...LARGEST)],
  [
    'its audio before its format',
    Buffer.concat([whole.subarray(0, 12), whole.subarray(36), whole.subarray(12, 36)]),
  ],
  ['a WAV within it', Buffer.concat([whole.subarray(0, 12), chunk('RIFF', whole), whole.subarray(12)])],
  ['64-bit sizes beyond any disk', rf64(Buffer.alloc(28, 0xff))],
  ['64-bit sizes of nothing', rf64(Buffer.alloc(28))],
];

test.each(headers)('a WAV that declares %s is looked at and added, or refused in words', async (_, bytes) => {
  const server = await startIntakeServer();
  const id = await server.send('hostile.wav', bytes);
  const { verdict, sound } = await server.examine(id);
  const { status, body } = await server.ask('POST', `/api/intake/${id}/add`);
  const canBeAdded =
    verdict === 'whole' || verdict === 'mendable' || (verdict === 'hopeless' && sound !== null);
  expect([status, codeOf({ status, body })]).toEqual(
    canBeAdded ? [200, undefined] : [422, 'INVALID_AUDIO_FILE'],
  );
});

describe('headers with any of their bytes changed', () => {
  const EXTREMES = [0, 1, 2, 7, 16, 0x7f, 0x80, 0xfe, 0xff];

  test('are read in bounded steps, and refused by name where they are refused', async () => {
    const random = seededRandom(20_240_301);
    const pick = (below: number) => Math.floor(random() * below);
    const path = join(await temporaryFolder(), 'any.wav');
    for (let round = 0; round < 600; round++) {
      const source = Buffer.from(headers[pick(headers.length)]?.[1] ?? whole);
      for (let change = pick(6); change >= 0; change--)
        source[pick(Math.min(80, source.length))] = EXTREMES[pick(EXTREMES.length)] ?? 0;
      let [reads, largest] = [0, 0];
      const memory = memorySource(source);
      await diagnoseWav(
        {
          size: memory.size,
          read(offset, length) {
            reads++;
            largest = Math.max(largest, Math.min(length, memory.size - offset));
            return memory.read(offset, length);
          },
        },
        {},
      );
      expect(reads, `round ${round}`).toBeLessThan(5000);
      expect(largest, `round ${round}`).toBeLessThan(2 * 1024 * 1024);

      await writeFile(path, source);
      const file = await openRegularFile(path);
      const refusals = await Promise.allSettled([
        readWavLayout(file),
        openWavSamples(path).then((wav) => wav?.close()),
        openWavMaster(path).then((master) => master.close()),
      ]);
      await file.close();
      for (const refusal of refusals)
        if (refusal.status === 'rejected')
          expect(refusal.reason, `round ${round}`).toBeInstanceOf(LecternError);
    }
  });
});
