import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from '../../torture/support/engine-process.ts';
import type { Room, TourEvent } from '../room.ts';

function signalEncoders({ app }: Room, signal: 'SIGKILL' | 'SIGSTOP'): void {
  const encoders = childrenOf(app.enginePid, 'ffmpeg');
  if (encoders.length === 0) throw new Error('expected an encoder to be running, there is none');
  for (const pid of encoders) process.kill(pid, signal);
}

/** An ffmpeg that answers what it is asked, and fails at whatever it is given to do. */
function brokenFfmpeg(dataDir: string): Record<string, string> {
  const path = join(dataDir, 'ffmpeg');
  const answer = 'case "$*" in *-version*|*-encoders*) exec ffmpeg "$@";; esac';
  writeFileSync(path, `#!/bin/sh\n${answer}\necho "Illegal instruction" >&2\nexit 1\n`);
  chmodSync(path, 0o755);
  return { LECTERN_FFMPEG: path };
}

export const encoderEvents: readonly TourEvent[] = [
  {
    name: 'encoder-killed',
    async run(room) {
      await room.record({ format: 'MP4' });
      signalEncoders(room, 'SIGKILL');
      await room.page.waitForTimeout(3000);
      await room.shoot('killed');
      await room.stop();
      await room.shoot('saved');
    },
  },
  {
    name: 'encoder-hung',
    async run(room) {
      await room.record({ format: 'MP4' });
      signalEncoders(room, 'SIGSTOP');
      await room.page.waitForTimeout(3000);
      await room.shoot('hung');
      await room.page.getByRole('button', { name: /^Stop/ }).click();
      await room.page.waitForTimeout(1000);
      await room.shoot('stopping');
      await room.page.getByRole('group', { name: 'Saved' }).waitFor({ timeout: 60_000 });
      await room.shoot('saved');
    },
  },
  {
    name: 'encoder-missing',
    options: { engine: { prepare: () => ({ PATH: '', LECTERN_FFMPEG: '/nowhere/ffmpeg' }) } },
    async run({ page, record, stop, shoot }) {
      await record({ format: 'MP4' });
      await shoot('built-in');
      await stop();
      await shoot('saved');
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByText('Built-in encoder').scrollIntoViewIfNeeded();
      await shoot('settings');
    },
  },
  {
    name: 'encoder-broken',
    options: { engine: { prepare: brokenFfmpeg } },
    async run({ page, record, stop, shoot }) {
      await record({ format: 'MP4' });
      await page.waitForTimeout(3000);
      await shoot('broken');
      await stop();
      await shoot('saved');
      await page.getByRole('button', { name: 'Show in library' }).click();
      await page.waitForTimeout(1500);
      await shoot('in-library');
    },
  },
];
