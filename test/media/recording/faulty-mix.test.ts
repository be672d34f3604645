import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { RecordingType } from '../../../src-main/contract/audio-format.ts';
import { createInbox, nextWhole } from '../../support/protocol-client.ts';
import { referenceMix, voice } from '../../support/mix-reference.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { createDiskFaults, shimUnable } from '../../torture/disk-shim/disk-shim.ts';
import { startEngine } from '../../torture/support/engine-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const RATE = 16_000;
const CHUNK = RATE / 5;
const SECONDS = 40;
const sides = { user: voice(1, RATE * SECONDS, 30_000), assistant: voice(2, RATE * SECONDS, 30_000) };

/** A conversation on a disk that can be made to fail for the mix alone. */
async function openConversation() {
  const dataDir = await temporaryFolder();
  const faults = createDiskFaults(join(dataDir, 'recordings'), '/mixed_');
  const engine = await startEngine({ dataDir, env: faults.env });
  onTestFinished(async () => {
    faults.heal();
    if (engine.running()) engine.kill('group');
    await engine.gone();
    await rm(dataDir, { recursive: true, force: true });
  });
  const socket = new WebSocket(`${engine.ws}talk`, { headers: { authorization: `Bearer ${engine.token}` } });
  const inbox = createInbox();
  socket.on('message', (data: Buffer) => inbox.deliver(data.toString()));
  await once(socket, 'open');
  const say = (message: object): void => socket.send(JSON.stringify(message));
  let sent = 0;
  say({ action: 'start', format: 'wav', tracks: ['user', 'assistant'], placement: 'append' });
  return {
    faults,
    engine,
    inbox,
    /** Sends both sides up to this second, and waits until it is all in their files. */
    async speakUntil(second: number): Promise<void> {
      for (; sent < second * RATE; sent += CHUNK)
        for (const track of ['user', 'assistant'] as const) {
          const data = sides[track].subarray(sent * 2, (sent + CHUNK) * 2).toString('base64');
          say({ action: 'audio_chunk', track, seq: sent / CHUNK, data });
        }
      for (const track of ['user', 'assistant']) {
        const isWritten = (): boolean =>
          inbox.received.some(
            (message) => message.type === 'ack' && message.track === track && message.frames >= second * RATE,
          );
        while (!isWritten()) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async stop() {
      say({ action: 'stop' });
      const { files } = await nextWhole(inbox);
      const read = (type: RecordingType): Promise<Buffer> => {
        const file = files.find((candidate) => candidate.type === type);
        return masterSamples(join(dataDir, 'recordings', file?.file_path ?? `no ${type}`));
      };
      return { user: await read('user'), assistant: await read('assistant'), mixed: await read('mixed') };
    },
    partials: () =>
      readdirSync(join(dataDir, 'recordings', 'talk')).filter((name) => name.endsWith('.partial')),
  };
}

const unable = shimUnable();

function expectAll(recorded: Record<'user' | 'assistant' | 'mixed', Buffer>): void {
  expect(recorded.user.equals(sides.user)).toBe(true);
  expect(recorded.assistant.equals(sides.assistant)).toBe(true);
  expect(recorded.mixed.equals(referenceMix([sides.user, sides.assistant], RATE))).toBe(true);
}

it('a disk that stands still for the mix does not hold up either side, and the mix is right once it moves', async (context) => {
  if (unable !== undefined) context.skip(unable);
  const talk = await openConversation();
  await talk.speakUntil(5);
  talk.faults.stall();
  // Every chunk is acknowledged, which it is once it is in its file, while the mix can write nothing.
  await talk.speakUntil(SECONDS);
  talk.faults.heal();
  expectAll(await talk.stop());
  expect(talk.inbox.received.filter(({ type }) => type === 'error' || type === 'warning')).toEqual([]);
});

it('a disk that fails for the mix costs neither side a sample, and the mix is made at the end', async (context) => {
  if (unable !== undefined) context.skip(unable);
  const talk = await openConversation();
  await talk.speakUntil(5);
  talk.faults.fail(constants.errno.EIO);
  await talk.speakUntil(SECONDS);
  // The mix comes after its sides.
  await expect.poll(() => talk.faults.failures()).toBeGreaterThan(0);
  // What could no longer be of use has made room.
  await expect.poll(() => talk.partials().map((name) => name.split('_')[0])).toEqual(['assistant', 'user']);
  talk.faults.heal();
  expectAll(await talk.stop());
});
