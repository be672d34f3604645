import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import wavefile from 'wavefile';
import { copyInto } from '../../../src-main/commands/copy-out.ts';
import { localTime } from '../../../src-main/contract/session-time.ts';
import { fitName } from '../../../src-main/disk/fit-name.ts';
import { replaceFile } from '../../../src-main/disk/replace-file.ts';
import { parseIncomingName } from '../../../src-main/library/intake/file-name.ts';
import { createRepairer } from '../../../src-main/repair/repairer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Whose recorder died before it could fill in the sizes. */
function zeroSized(): Buffer {
  const whole = new wavefile.WaveFile();
  whole.fromScratch(
    1,
    16_000,
    '16',
    Int16Array.from({ length: 16_000 }, (_, index) => (index % 400) * 50),
  );
  const bytes = Buffer.from(whole.toBuffer());
  bytes.writeUInt32LE(36, 4);
  bytes.writeUInt32LE(0, 40);
  return bytes;
}

/** As long as the file system takes: of one byte a character, and of three. */
const LONGEST = [`${'n'.repeat(251)}.wav`, `${'録'.repeat(83)}.wav`];

test('what follows a name stays whole, and is followed by no half of a character', () => {
  expect(fitName('short', '.repaired.wav')).toBe('short.repaired.wav');
  expect(fitName('n'.repeat(251), '.repaired.wav')).toBe(`${'n'.repeat(242)}.repaired.wav`);
  expect(fitName('録'.repeat(84), '.md')).toBe(`${'録'.repeat(84)}.md`);
  expect(fitName('録'.repeat(84), '.txt', 9)).toBe(`${'録'.repeat(80)}.txt`);
  const family = '👨‍👩‍👧'; // One character of 18 bytes, which joiners hold together.
  expect(fitName(`${'n'.repeat(240)}${family}`, '.md')).toBe(`${'n'.repeat(240)}.md`);
});

test.each(LONGEST)('a file of the longest name is mended beside itself, and in place', async (name) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, name), zeroSized());
  const repairer = createRepairer({ findFfmpeg: () => Promise.resolve(undefined) });
  onTestFinished(() => repairer.close());
  for (const inPlace of [false, true])
    for await (const report of repairer.repairPaths([join(folder, name)], { dryRun: false, inPlace }))
      expect(report).toMatchObject({ status: 'repaired' });
  const names = await readdir(folder);
  expect(names).toHaveLength(3);
  expect(names.filter((each) => each.endsWith('.repaired.wav'))).toHaveLength(1);
  expect(names.filter((each) => each.endsWith('.wav.bak'))).toHaveLength(1);
});

test.each(LONGEST)('a recording of the longest name is copied out twice, and replaced', async (name) => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  await mkdir(out);
  await writeFile(join(folder, name), 'audio');
  const first = await copyInto(join(folder, name), out);
  const second = await copyInto(join(folder, name), out);
  expect(basename(first)).toBe(name);
  expect(basename(second)).toMatch(/-2\.wav$/);
  const nothing = () => Promise.resolve();
  await replaceFile(
    join(folder, name),
    (path) => writeFile(`${path}.txt`, '').then(() => writeFile(path, 'new')),
    nothing,
  );
  expect((await readdir(folder)).filter((each) => each === name)).toHaveLength(1);
});

test('joiners stay in the name of a file, and what turns the writing round does not', () => {
  expect(parseIncomingName('می‌خواهم.wav').stem).toBe('می‌خواهم');
  expect(parseIncomingName('क्‍ष.wav').stem).toBe('क्‍ष');
  expect(parseIncomingName('a\u202Egpj\u0000.wav').stem).toBe('agpj');
});

test('times for people are those of this machine, with their offset', () => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  for (const [zone, expected] of [
    ['Asia/Kolkata', '2026-03-01 03:45 +05:30'],
    ['America/St_Johns', '2026-02-28 18:45 -03:30'],
    ['UTC', '2026-02-28 22:15 +00:00'],
  ] as const) {
    process.env['TZ'] = zone;
    expect(localTime('2026-02-28T22:15:00.000Z')).toBe(expected);
  }
});
