import { expect, test, vi } from 'vitest';
import { createDisplayAudio } from '../../../src-main/desktop/display-audio.ts';
import { restrictPermissions } from '../../../src-main/desktop/permissions.ts';
import { createElectronSession } from './electron-session.ts';

// Outside of Electron there is no such module to load.
vi.mock('electron', () => ({ protocol: {} }));

const OURS = { url: 'app://lectern/', origin: 'app://lectern', parent: null };

function start(platform: NodeJS.Platform, systemRelease = '10.0.22631') {
  let nowMs = 0;
  const { session, askForDisplayMedia } = createElectronSession();
  const displayAudio = createDisplayAudio({ platform, systemRelease, nowMs: () => nowMs });
  restrictPermissions(session, displayAudio.mayCapture);
  displayAudio.answer(session);
  return {
    handlers: displayAudio.systemAudio?.handlers,
    getDisplayMedia: (frame: object = OURS) => askForDisplayMedia({ ...OURS, ...frame }),
    wait: (milliseconds: number) => void (nowMs += milliseconds),
  };
}

test('our page, having asked, is given the sound of the computer and no picture but its own', async () => {
  const { handlers, getDisplayMedia } = start('win32');
  expect(handlers?.['system_audio.status']({})).toMatchObject({ way: 'display', obstacle: null });
  await handlers?.['system_audio.open']({});
  expect(await getDisplayMedia()).toEqual({ video: OURS, audio: 'loopback' });
});

test('asking once is good for one answer, for a moment, and can be taken back', async () => {
  const { handlers, getDisplayMedia, wait } = start('win32');
  expect(await getDisplayMedia()).toBeNull();
  await handlers?.['system_audio.open']({});
  await getDisplayMedia();
  expect(await getDisplayMedia()).toBeNull();
  await handlers?.['system_audio.open']({});
  wait(11_000);
  expect(await getDisplayMedia()).toBeNull();
  await handlers?.['system_audio.open']({});
  await handlers?.['system_audio.close']({});
  expect(await getDisplayMedia()).toBeNull();
});

test.each([
  ['a page from elsewhere', { url: 'https://example.org/', origin: 'https://example.org' }],
  [
    'a page that only looks like ours',
    { url: 'app://lectern.example.org/', origin: 'app://lectern.example.org' },
  ],
  ['a frame within our page', { parent: OURS }],
])('%s is given nothing, even while our page has asked', async (_, frame) => {
  const { handlers, getDisplayMedia } = start('darwin', '24.1.0');
  await handlers?.['system_audio.open']({});
  expect(await getDisplayMedia(frame)).toBeNull();
});

test.each([
  ['13.6', '22.6.0', 'none'],
  ['14.1', '23.1.0', 'none'],
  ['14.2', '23.2.0', 'display'],
  ['15.0', '24.0.0', 'display'],
])('macOS %s says beforehand whether it can', (_, release, way) => {
  const { handlers } = start('darwin', release);
  const obstacle = way === 'none' ? 'system_too_old' : null;
  expect(handlers?.['system_audio.status']({})).toMatchObject({ way, obstacle });
  if (way === 'none')
    expect(() => handlers?.['system_audio.open']({})).toThrow('Expected macOS 14.2 or later');
});

test('on Linux it is no business of Electron’s', () => {
  expect(start('linux', '6.1.0').handlers).toBeUndefined();
});
