import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_PROFILES, type RecordingProfile } from '../../../src-main/contract/recording-profile.ts';
import { changeChosenProfile, chosenProfile } from '../../../src-main/contract/settings.ts';
import { openSettings } from '../../../src-main/library/settings-store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const log = (): undefined => undefined;

async function settingsFile(content?: object): Promise<string> {
  const path = join(await temporaryFolder(), 'settings.json');
  if (content !== undefined) await writeFile(path, JSON.stringify(content));
  return path;
}

const INTERVIEW: RecordingProfile = {
  name: 'Interview',
  kind: 'meeting',
  record_user_audio: false,
  record_assistant_audio: false,
  record_mixed_audio: true,
  auto_save: false,
  format: 'mp4',
  sample_rate: 44_100,
  channels: 2,
  gain: 1.5,
  recordings_dir: '/srv/interviews',
  create_database_records: false,
  write_turn_files: true,
  auto_transcribe: false,
};

/** Every key of the first version, none at its default. */
const FIRST_VERSION = {
  version: 1,
  recordings_dir: '/srv/recordings',
  fallback_dir: '/srv/fallback',
  split_minutes: 30,
  format: 'mp3',
  sample_rate: 48_000,
  channels: 2,
  gain: 2.5,
  microphone: { device_id: 'abc', label: 'Desk' },
  echo_cancellation: true,
  noise_suppression: true,
  auto_gain_control: true,
  theme: 'dark',
};

test('settings of the first version keep every value; how it recorded is the Lecture profile now', async () => {
  const settings = openSettings(await settingsFile(FIRST_VERSION), log).get();
  const { version: _version, format, sample_rate, channels, gain, ...others } = FIRST_VERSION;
  expect(settings).toMatchObject({ ...others, version: 2, profile: 'Lecture' });
  expect(chosenProfile(settings)).toEqual({ ...DEFAULT_PROFILES[0], format, sample_rate, channels, gain });
  expect(settings.profiles.slice(1)).toEqual(DEFAULT_PROFILES.slice(1));
});

test('settings of the first version that name only a few keys keep those', async () => {
  const settings = openSettings(await settingsFile({ gain: 3, theme: 'light' }), log).get();
  expect(settings.theme).toBe('light');
  expect(chosenProfile(settings)).toEqual({ ...DEFAULT_PROFILES[0], gain: 3 });
});

test.each([
  ['a misspelt key', { ...FIRST_VERSION, fallback_dri: '/x' }],
  ['a value out of range', { ...FIRST_VERSION, gain: 40 }],
  ['a version to come', { version: 3 }],
])('settings with %s are set aside whole, and the defaults serve', async (_what, content) => {
  const path = await settingsFile(content);
  expect(chosenProfile(openSettings(path, log).get())).toEqual(DEFAULT_PROFILES[0]);
  const [aside = ''] = await readdir(join(path, '..'));
  expect(JSON.parse(await readFile(join(path, '..', aside), 'utf8'))).toEqual(content);
});

test('a profile that was added and chosen is there at the next launch, with every value', async () => {
  const path = await settingsFile();
  const store = openSettings(path, log);
  await store.update({ profiles: [...store.get().profiles, INTERVIEW], profile: 'interview' });
  await store.update(changeChosenProfile(store.get(), { name: 'Long interview', gain: 2 }));
  const reopened = openSettings(path, log).get();
  expect(chosenProfile(reopened)).toEqual({ ...INTERVIEW, name: 'Long interview', gain: 2 });
  expect(reopened.profiles.slice(0, -1)).toEqual(DEFAULT_PROFILES);
});

test.each([
  ['no profile at all', { profiles: [] }, /profiles/],
  ['two of one name', { profiles: [INTERVIEW, { ...INTERVIEW, name: 'INTERVIEW' }] }, /name of its own/],
  ['a choice that is not there', { profile: 'Seminar' }, /one of the profiles, got "Seminar"/],
  [
    'a profile that keeps nothing',
    { profiles: [{ ...INTERVIEW, record_mixed_audio: false }], profile: 'Interview' },
    /keeps at least one/,
  ],
  [
    'a folder that depends on where it is read',
    { profiles: [{ ...INTERVIEW, recordings_dir: 'interviews' }], profile: 'Interview' },
    /absolute folder, got "interviews"/,
  ],
])('%s is refused and changes nothing', async (_what, patch, words) => {
  const store = openSettings(await settingsFile(), log);
  const before = store.get();
  await expect(store.update(patch)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(words) as string,
  });
  expect(store.get()).toEqual(before);
});
