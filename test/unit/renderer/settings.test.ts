import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result } from '../../../src-main/contract/errors.ts';
import { DEFAULT_SETTINGS, settingsSchema, type SettingsPatch } from '../../../src-main/contract/settings.ts';
import { createSettingsController } from '../../../src-renderer/store/settings-controller.ts';

const after = (settings: unknown, patch: SettingsPatch) =>
  settingsSchema.parse(Object.assign({}, settings, patch));

test('of two choices made one right after the other, both stay on the screen and both are saved', async () => {
  let saved = DEFAULT_SETTINGS;
  const asked: unknown[] = [];
  const answers: (() => void)[] = [];
  const api: ApiClient = {
    call: <Name extends ApiName>(_: Name, input: ApiInput<Name>) =>
      new Promise<Result<ApiOutput<Name>>>((resolve) => {
        asked.push(input);
        answers.push(() => {
          saved = after(saved, input as SettingsPatch);
          resolve({ ok: true, value: saved } as Result<ApiOutput<Name>>);
        });
      }),
  };
  const settings = createSettingsController(api);
  const both = [settings.update({ theme: 'dark' }), settings.update({ profile: 'Meeting' })];
  await Promise.resolve();
  // One at a time: two on their way at once may overtake each other.
  expect(asked).toEqual([{ theme: 'dark' }]);
  for (const [index, update] of both.entries()) {
    answers[index]?.();
    await update;
    expect(settings.store.getState().settings).toMatchObject({ theme: 'dark', profile: 'Meeting' });
  }
  expect(saved).toMatchObject({ theme: 'dark', profile: 'Meeting' });
});
