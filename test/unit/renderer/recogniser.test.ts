import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result, WireError } from '../../../src-main/contract/errors.ts';
import type { RecogniserSettings } from '../../../src-main/contract/processing.ts';
import { RECOGNISER_PRESETS } from '../../../src-main/contract/recogniser-presets.ts';
import {
  draftFor,
  draftOf,
  RECOGNISER_CHOICES,
  recogniserName,
  settingsOf,
} from '../../../src-renderer/store/recogniser-draft.ts';
import { createRecogniserSetup } from '../../../src-renderer/store/recogniser-setup.ts';

const NONE = draftOf({ kind: 'none' });
const OWN: RecogniserSettings = {
  kind: 'command',
  program: '/opt/hear/hear-it',
  args: ['--in', '{audio}', '-l', '{language}'],
  output: 'file',
  format: 'vtt',
  language: 'de',
  model: '/models/big',
  timeout_seconds: 60,
};

test.each(RECOGNISER_PRESETS.map(({ id, settings }) => [id, settings] as const))(
  '%s is chosen as its makers call it, and found again when Settings are opened',
  (id, settings) => {
    const draft = draftFor(id, NONE);
    expect(settingsOf(draft)).toEqual(settings);
    expect(draftOf(settings).choice).toBe(id);
    expect(RECOGNISER_CHOICES).toContain(id);
  },
);

test('what was set comes back as it was, and a whole path does not hide whose program it is', () => {
  expect(settingsOf(draftOf(OWN))).toEqual(OWN);
  expect(draftOf(OWN).choice).toBe('program');
  expect(recogniserName(OWN)).toBe('hear-it');
  const draft = { ...draftFor('whisper.cpp', NONE), program: '/opt/whisper/whisper-cli', model: ' /m.bin ' };
  const settings = settingsOf(draft);
  expect(settings).toMatchObject({ program: '/opt/whisper/whisper-cli', model: '/m.bin', language: 'auto' });
  expect(settings && draftOf(settings).choice).toBe('whisper.cpp');
  expect(settingsOf({ ...draftFor('program', draft), args: 'one\r\n\r\n{audio}\n' })).toMatchObject({
    args: ['one', '{audio}'],
  });
});

test.each([
  ['no program', { ...draftFor('program', NONE), program: ' ' }],
  ['an address that is none', { ...draftFor('server', NONE), baseUrl: 'ftp://somewhere' }],
  ['no model', { ...draftFor('server', NONE), model: '' }],
  ['seconds that are no number', { ...draftFor('server', NONE), timeoutSeconds: 'soon' }],
])('%s is nothing to be saved', (_, draft) => {
  expect(settingsOf(draft)).toBeUndefined();
});

const TRIAL = { text: 'heard', spoken: 'said', has_times: true, has_words: false, took_ms: 5, error: null };

function openSetup(answers: Partial<Record<ApiName, Result<unknown>>>, refused: WireError | null = null) {
  const asked: { name: ApiName; input: unknown }[] = [];
  const saved: RecogniserSettings[] = [];
  const api: ApiClient = {
    call: <Name extends ApiName>(name: Name, input: ApiInput<Name>) => {
      asked.push({ name, input });
      return Promise.resolve(
        (answers[name] ?? { ok: true, value: { has_key: true } }) as Result<ApiOutput<Name>>,
      );
    },
  };
  const setup = createRecogniserSetup(api, (recogniser) => {
    saved.push(recogniser);
    return Promise.resolve(refused);
  });
  return { setup, asked, saved, state: () => setup.store.getState() };
}

const SERVER = settingsOf({ ...draftFor('server', NONE), baseUrl: 'http://box:8000/v1' });
if (SERVER === undefined) throw new Error('the preset of a server is whole');

test('a key goes to the engine with its address, once, and is kept nowhere in the page', async () => {
  const { setup, asked, saved, state } = openSetup({});
  expect(await setup.save(SERVER, 'sk-secret')).toBe(true);
  expect(saved).toEqual([SERVER]);
  expect(asked).toContainEqual({
    name: 'recogniser.key',
    input: { base_url: 'http://box:8000/v1', key: 'sk-secret' },
  });
  expect(state()).toMatchObject({ saved: true, hasKey: true });
  expect(JSON.stringify(state())).not.toContain('sk-secret');
  asked.length = 0;
  await setup.save(SERVER);
  expect(
    asked.map(({ name }) => name),
    'no key typed leaves the one that is there',
  ).toEqual(['recogniser.state']);
});

test('settings that are refused take no key with them, and say why', async () => {
  const error: WireError = { code: 'FORBIDDEN', message: 'not from there' };
  const { setup, asked, state } = openSetup({}, error);
  expect(await setup.save(SERVER, 'sk-secret')).toBe(false);
  expect(asked).toEqual([]);
  expect(state()).toMatchObject({ saved: false, problem: error });
});

test('what is heard of a try that was typed over is not shown', async () => {
  const { setup, state } = openSetup({ 'recogniser.try': { ok: true, value: TRIAL } });
  const trying = setup.tryOut(OWN);
  expect(state().trying).toBe(true);
  setup.changed();
  await trying;
  expect(state()).toMatchObject({ trying: false, trial: null });
  await setup.tryOut(OWN);
  expect(state()).toMatchObject({ trying: false, trial: TRIAL });
});
