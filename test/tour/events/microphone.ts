import type { TourEvent } from '../room.ts';

const second = 'Second_Microphone';

export const microphoneEvents: readonly TourEvent[] = [
  {
    name: 'unplugged',
    async run({ page, audio, record, stop, shoot }) {
      await record();
      await audio.unplugMicrophone();
      await page.getByText(/was disconnected at/).waitFor();
      await shoot('gone');
      await audio.plugInMicrophone();
      await page.getByText(/Now recording from/).waitFor();
      await shoot('back');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'unplugged-for-good',
    async run({ page, audio, record, stop, shoot }) {
      await record();
      await audio.unplugMicrophone();
      await page.getByText(/was disconnected at/).waitFor();
      await page.waitForTimeout(4000);
      await stop();
      await shoot('saved');
      await page.getByRole('button', { name: 'Show in library' }).click();
      await page.waitForTimeout(1000);
      await shoot('in-library');
    },
  },
  {
    name: 'another-takes-over',
    async run({ page, audio, record, stop, shoot }) {
      await audio.addMicrophone(second);
      await record();
      await audio.removeMicrophone();
      await page.getByText(/Now recording from/).waitFor();
      await shoot('switched');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'default-changed',
    async run({ page, audio, record, stop, shoot }) {
      await record();
      await audio.addMicrophone(second, { makeDefault: true });
      await page.waitForTimeout(4000);
      await shoot('changed');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'permission-revoked',
    async run({ app, page, record, stop, shoot }) {
      await record();
      await app.browser.denyMicrophone(app.origin);
      await page.waitForTimeout(3000);
      await shoot('revoked');
      await app.browser.allowMicrophone(app.origin);
      await page.waitForTimeout(3000);
      await shoot('allowed-again');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'muted-by-the-system',
    async run({ page, audio, record, stop, shoot }) {
      await record();
      await audio.mute(true);
      await page.waitForTimeout(6000);
      await shoot('muted');
      await audio.mute(false);
      await page.waitForTimeout(3000);
      await shoot('unmuted');
      await stop();
      await shoot('saved');
      await page.getByRole('button', { name: 'Show in library' }).click();
      await page.waitForTimeout(1000);
      await shoot('in-library');
    },
  },
  {
    name: 'stalled',
    async run({ page, audio, record, stop, shoot }) {
      await record();
      await audio.stall(true);
      await page.getByText(/No audio has arrived/).waitFor();
      await shoot('stalled');
      await audio.stall(false);
      await page.getByText(/No audio has arrived/).waitFor({ state: 'hidden' });
      await page.waitForTimeout(3000);
      await shoot('goes-on');
      await stop();
      await shoot('saved');
    },
  },
];
