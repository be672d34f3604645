import { expect, test } from 'vitest';
import { tracksOf } from '../../../src-main/contract/recording-profile.ts';
import {
  chosenProfile,
  DEFAULT_SETTINGS,
  settingsSchema,
  type SettingsPatch,
} from '../../../src-main/contract/settings.ts';
import { otherSideAlone } from '../../../src-renderer/recording/sides.ts';

const after = (settings: unknown, patch: SettingsPatch) =>
  settingsSchema.parse(Object.assign({}, settings, patch));

test('the other side alone is a kind of session of its own, and no other kind loses its microphone', () => {
  const once = after(DEFAULT_SETTINGS, otherSideAlone(DEFAULT_SETTINGS, 'Other side'));
  expect(chosenProfile(once).name).toBe('Other side');
  expect(tracksOf(chosenProfile(once))).toEqual(['assistant']);
  expect(once.profiles.slice(0, -1)).toEqual(DEFAULT_SETTINGS.profiles);
  expect(otherSideAlone(after(once, { profile: 'Lecture' }), 'Other side')).toEqual({
    profile: 'Other side',
  });
});
