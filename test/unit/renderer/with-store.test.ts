import { expect, test } from 'vitest';
import { createLevelFeed } from '../../../src-renderer/recording/level-feed.ts';
import { createMicrophone, type MicrophoneSource } from '../../../src-renderer/recording/microphone.ts';
import { withStore } from '../../../src-renderer/store/with-store.ts';
import { createDesk, settingsWith } from './scripted-room.ts';

test('screens see each state that a microphone goes through, and the microphone keeps telling its devices', async () => {
  const desk = createDesk(['Built-in']);
  const microphone = withStore<MicrophoneSource>((onChange) =>
    createMicrophone({
      ...desk,
      microphonePermission: async () => 'granted',
      after: () => {},
      levels: createLevelFeed(),
      settings: () => settingsWith({}),
      onChange,
    }),
  );
  expect(microphone.store.getState()).toBe(microphone.state);
  const seen: string[] = [];
  microphone.store.subscribe(({ status }) => seen.push(status.kind));
  await microphone.check();
  expect([...new Set(seen)]).toEqual(['opening', 'ready']);
  expect(microphone.store.getState()).toBe(microphone.state);
  expect(microphone.state.available).toHaveLength(1);
  expect(microphone.capture?.deviceLabel).toBe('Built-in');
});
