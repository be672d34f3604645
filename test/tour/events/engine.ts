import type { Room, TourEvent } from '../room.ts';
import { dropConnections } from '../in-page.ts';

async function crashWhileRecording({ app, page, record }: Room, title: string): Promise<void> {
  await page.getByLabel('Title').fill(title);
  await record({ format: 'MP4' });
  await app.crashEngine();
  await app.open();
  await page.getByText(/cut off last time/).waitFor();
}

export const engineEvents: readonly TourEvent[] = [
  {
    name: 'connection-dropped',
    async run({ app, page, record, stop, shoot }) {
      await record();
      // It goes, and nobody answers when it comes back.
      await dropConnections(page);
      process.kill(app.enginePid, 'SIGSTOP');
      try {
        await page.waitForTimeout(5000);
        await shoot('dropped');
      } finally {
        process.kill(app.enginePid, 'SIGCONT');
      }
      await page.getByText(/connection .* interrupted/i).waitFor({ state: 'hidden' });
      await page.waitForTimeout(2000);
      await shoot('back');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'engine-held-up',
    async run({ app, page, record, stop, shoot }) {
      await record();
      process.kill(app.enginePid, 'SIGSTOP');
      await page.waitForTimeout(3500);
      await shoot('late');
      await page.waitForTimeout(4000);
      await shoot('held-up');
      process.kill(app.enginePid, 'SIGCONT');
      await page.waitForTimeout(2000);
      await shoot('back');
      await stop();
      await shoot('saved');
    },
  },
  {
    name: 'engine-killed',
    async run({ app, page, record, shoot }) {
      await record();
      await app.killEngine();
      await page.waitForTimeout(4000);
      await shoot('gone');
      await page.waitForTimeout(40_000);
      await shoot('given-up');
      await app.relaunchEngine();
      await app.open();
      await page.getByText(/cut off last time/).waitFor();
      await shoot('launched-again');
    },
  },
  {
    name: 'recovered-at-launch',
    async run(room) {
      const { page, shoot } = room;
      await crashWhileRecording(room, 'Introduction to phonetics');
      await shoot('recovered');
      await page.getByRole('button', { name: /^Play/ }).first().click();
      await page.waitForTimeout(1000);
      await shoot('playing');
      await crashWhileRecording(room, 'Phonetics, second hour');
      await page.waitForTimeout(1000);
      await shoot('two-recovered');
      await page.getByRole('button', { name: 'Discard Phonetics, second hour' }).click();
      await page.getByRole('dialog').waitFor();
      await shoot('discard-asked');
      await page.getByRole('button', { name: 'Move to trash' }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.waitForTimeout(2000);
      await shoot('discarded');
      await page.getByRole('button', { name: /^Introduction to phonetics/ }).click();
      await page.waitForTimeout(1000);
      await shoot('in-library');
    },
  },
];
