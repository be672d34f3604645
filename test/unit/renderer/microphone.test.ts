import { expect, test } from 'vitest';
import { createLevelFeed } from '../../../src-renderer/recording/level-feed.ts';
import { createMicrophone } from '../../../src-renderer/recording/microphone.ts';
import { createDesk, settingsWith, settle } from './scripted-room.ts';

function microphoneAt(
  desk: ReturnType<typeof createDesk>,
  settings = settingsWith({}),
  permission: 'granted' | 'denied' | 'prompt' = 'granted',
  after = (_: number, __: () => void) => {},
) {
  return createMicrophone({
    ...desk,
    microphonePermission: async () => permission,
    after,
    levels: createLevelFeed(),
    settings: () => settings,
    onChange: () => {},
  });
}

const headset = settingsWith({ microphone: { device_id: 'id of another launch', label: 'Headset' } });

test('the microphone chosen last time is found by its name, though names are hidden at first', async () => {
  const desk = createDesk(['Built-in', 'Headset']);
  desk.hideNamesUntilOpened();
  const microphone = microphoneAt(desk, headset);
  await microphone.check();
  expect(microphone.state.status).toMatchObject({ kind: 'ready', label: 'Headset' });
  expect(desk.live).toBe(1);
});

test('while the chosen microphone is away another stands in, and it comes back by itself', async () => {
  const desk = createDesk(['Built-in']);
  const microphone = microphoneAt(desk, headset);
  await microphone.check();
  expect(microphone.state).toMatchObject({ missing: 'Headset', status: { label: 'Built-in' } });
  desk.plugIn('Headset');
  await settle();
  expect(microphone.state).toMatchObject({ missing: null, status: { label: 'Headset' } });
});

test('changing settings faster than a device opens leaves no device open unseen', async () => {
  const desk = createDesk(['Built-in']);
  const microphone = microphoneAt(desk);
  const answer = desk.slowDown();
  const opening = [microphone.open(), microphone.open(), microphone.open()];
  answer();
  await Promise.all(opening);
  expect(desk.live).toBe(1);
  expect(microphone.state.status.kind).toBe('ready');
});

test('nobody is asked for the microphone before they wish to be, or after they refused', async () => {
  const desk = createDesk(['Built-in']);
  const asking = microphoneAt(desk, settingsWith({}), 'prompt');
  await asking.check();
  expect(asking.state.status.kind).toBe('permission_needed');
  const refused = microphoneAt(desk, settingsWith({}), 'denied');
  await refused.check();
  expect(refused.state.status).toMatchObject({ error: { code: 'MICROPHONE_DENIED' } });
  expect(desk.opened).toEqual([]);
});

test('a microphone that does not deliver yet is not ready, so that no word is lost', async () => {
  const desk = createDesk(['Built-in'], undefined, { silent: true });
  const microphone = microphoneAt(desk);
  await microphone.check();
  expect(microphone.state.status.kind).toBe('opening');
  desk.current.events.onLevel({ peak: [0], rms: [0], clipped: false });
  expect(microphone.state.status.kind).toBe('ready');
});

test('with no microphone the page says so, and notices the first one plugged in', async () => {
  const desk = createDesk([]);
  const microphone = microphoneAt(desk);
  await microphone.check();
  expect(microphone.state.status).toMatchObject({ error: { code: 'MICROPHONE_NOT_FOUND' } });
  desk.plugIn('Headset');
  await settle();
  expect(microphone.state.status).toMatchObject({ kind: 'ready', label: 'Headset' });
});

test('the first one plugged in is noticed where the system does not tell of it', async () => {
  const desk = createDesk([]);
  const looks: (() => void)[] = [];
  const microphone = microphoneAt(desk, undefined, 'granted', (_, look) => void looks.push(look));
  await microphone.check();
  looks.shift()?.();
  await settle();
  expect(microphone.state.status).toMatchObject({ error: { code: 'MICROPHONE_NOT_FOUND' } });
  desk.plugIn('Headset', { quietly: true });
  looks.shift()?.();
  await settle();
  expect(microphone.state.status).toMatchObject({ kind: 'ready', label: 'Headset' });
  expect(looks).toHaveLength(0);
});
