import { join } from 'node:path';
import { test } from 'vitest';
import { writeIndexRamp } from '../support/index-ramp.ts';
import { examineScreen } from '../support/examine-screen.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openScreen } from './open-screen.ts';

test('no microphone', async () => {
  const { page } = await openScreen({ plugged: false });
  await page.getByRole('heading', { name: 'No microphone found' }).waitFor();
  await examineScreen(page, 'no-microphone');
});

test('permission denied', async () => {
  const { page } = await openScreen({ microphone: 'denied' });
  await page.getByRole('heading', { name: 'The microphone is not allowed' }).waitFor();
  await examineScreen(page, 'permission-denied');
});

test('permission not given yet', async () => {
  const { page } = await openScreen({ microphone: 'asked' });
  await page.getByRole('button', { name: 'Allow microphone' }).waitFor();
  await examineScreen(page, 'permission-needed');
});

test('ready, recording, paused, saved, library, settings', async () => {
  const { page } = await openScreen();
  await page.getByRole('button', { name: /^Record/ }).waitFor();
  await examineScreen(page, 'ready');
  await page.getByLabel('Title').fill('Weekly planning');
  await page.getByRole('button', { name: /^Record/ }).click();
  await page.getByRole('timer').getByText('0:01').waitFor();
  await page.getByLabel('Marker name (optional)').fill('Budget');
  await page.getByRole('button', { name: /^Marker/ }).click();
  await examineScreen(page, 'recording');
  await page.getByRole('button', { name: /^Pause/ }).click();
  await page.getByRole('button', { name: /^Resume/ }).waitFor();
  await examineScreen(page, 'paused');
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('group', { name: 'Saved' }).waitFor();
  await examineScreen(page, 'saved');
  await page.getByRole('button', { name: /^Weekly planning/ }).click();
  await page.getByRole('button', { name: 'Rename' }).waitFor();
  await examineScreen(page, 'library-details');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').waitFor();
  await examineScreen(page, 'delete');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await examineScreen(page, 'settings');
  await page.setViewportSize({ width: 420, height: 760 });
  await examineScreen(page, 'settings-narrow');
  await page.getByRole('navigation').getByRole('button', { name: 'Record' }).click();
  await examineScreen(page, 'ready-narrow');
});

test('both sides: ready, recording, the other one silent', async () => {
  const { page, audio } = await openScreen();
  await page.setViewportSize({ width: 1180, height: 760 });
  await audio.control('load-module', 'module-null-sink', 'sink_name=headset', 'rate=48000');
  await audio.control('set-default-sink', 'headset');
  const noise = join(await temporaryFolder(), 'noise.raw');
  await writeIndexRamp(noise, 60);
  audio.play(noise, { latencyMs: 200 });
  const theirs = audio.play(noise, { sink: 'headset', latencyMs: 200 });
  await page.getByRole('radio', { name: 'Meeting' }).check();
  await page.getByText('Everything this computer plays.').waitFor();
  await examineScreen(page, 'both-ready', [1180, 420]);
  theirs.stop();
  await page.getByRole('button', { name: 'Record R', disabled: false }).click();
  await page.getByRole('timer').getByText('0:02').waitFor();
  await examineScreen(page, 'both-recording', [420]);
  // What was on its way to the headset is still heard in the first seconds, of a busy machine the longer.
  await page.getByText(/The other side has sent pure silence since 0:0\d/).waitFor();
  await examineScreen(page, 'both-silent', [1180]);
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('group', { name: 'Saved' }).waitFor();
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

test.each([
  { name: 'asked-for', canShare: true, words: /Your browser will ask what to share/ },
  {
    name: 'unavailable',
    canShare: false,
    words: /System audio is not available: .* Your microphone alone/,
  },
])('a system that does not hand over its sound: $name', async ({ name, canShare, words }) => {
  const { page } = await openScreen({ engine: { prepare: () => ({ PULSE_SERVER: 'unix:/nowhere' }) } });
  if (!canShare) {
    await page.addInitScript(() => Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia'));
    await page.reload();
  }
  await page.getByRole('radio', { name: 'Meeting' }).check();
  await page.getByText(words).waitFor();
  await examineScreen(page, `other-side-${name}`, [420]);
  await page.getByRole('button', { name: 'Record R', disabled: false }).waitFor();
});
