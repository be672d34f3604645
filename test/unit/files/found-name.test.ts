import { expect, test } from 'vitest';
import { isFileName } from '../../../src-main/contract/file-name.ts';
import { isUnfinishedMaster, listedName, parseFoundName } from '../../../src-main/files/found-name.ts';
import { filePathIn } from '../../../src-main/files/session-folder.ts';

test.each([
  ['user_17.wav', 'user_17.wav'],
  ['user_17_p2_gain.wav.partial', 'user_17_p2_gain.wav'],
  ['user_17 (1).wav.partial', 'user_17.wav'],
  ['user_17_p2 - Copy.wav', 'user_17_p2.wav'],
  ['Copy of mixed_17.wav.partial', 'mixed_17.wav'],
  ['assistant_17.sync-conflict-20261129-211500-ABCDEFG.wav.partial', 'assistant_17.wav'],
  ['user_17_gain2.5 (Anna’s conflicted copy).mp3', 'user_17_gain2.5.mp3'],
  ['user_17.wav (conflicted copy).partial', 'user_17.wav'],
  ['user_17.WAV', 'user_17.wav'],
  ['guest-1_1732161234_p2.wav', 'guest-1_1732161234_p2.wav'],
  ['user_2_1732161234.wav (1).partial', 'user_2_1732161234.wav'],
  ['guest_1732161234 (1).wav', 'guest_1732161234.wav'],
  ['Copy of guest-1_1732161234_gain2.mp3', 'guest-1_1732161234_gain2.mp3'],
  ['Kopie_von_user_1732161234.wav', 'user_1732161234.wav'],
])('%s is found to be %s', (name, ownName) => {
  expect(parseFoundName(name)).toMatchObject({ ownName, isPutAway: false });
});

test.each([
  'user_17.wav.aside',
  'user_17.wav.damaged',
  'user_17.wav.mending',
  'user_17.wav.bak',
  'user_17.wav.rebuilt.partial',
])('%s is not to be taken as it is', (name) => {
  expect(parseFoundName(name)).toMatchObject({ ownName: 'user_17.wav', isPutAway: true });
  expect(isUnfinishedMaster(name)).toBe(false);
});

test.each([
  'talk.wav',
  'song_01.wav',
  'Take 3_2024.wav',
  'user_x.wav',
  'superuser_17.wav',
  'user_17abc.wav',
  'session.json',
])('%s is none of ours', (name) => {
  expect(parseFoundName(name)).toBeUndefined();
});

test.each(['a/b.wav.partial', 'c:\\d.wav.partial', '...wav.partial', '.wav.partial', '\u0007 ä.wav.partial'])(
  'what is unfinished as %j is listed under a name that can be asked for and leads nowhere else',
  (name) => {
    expect(isUnfinishedMaster(name)).toBe(true);
    const listed = listedName(name);
    expect(isFileName(listed)).toBe(true);
    expect(filePathIn('/folder', listed)).toBe(`/folder/${listed}`);
  },
);

test.each(['', '.', '..', '../a.wav', 'a/b', 'a\\b', 'c:a', '.owner', 'a\n', 'x'.repeat(256)])(
  '%j is no name of a file that can be asked for',
  (name) => {
    expect(filePathIn('/folder', name)).toBeUndefined();
  },
);
