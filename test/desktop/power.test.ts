import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { headedFrame } from '../../src-main/contract/headed-frame.ts';
import { masterSamples } from '../support/read-wav.ts';
import { seededBytes } from '../support/seeded-bytes.ts';
import { startSystemBus, type SystemBus } from '../support/system-bus.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { describeOnElectron, launchApp, type DesktopApp } from './electron-app.ts';
import { heldPageSession, openPageSession, type PageSession } from './page-session.ts';

const RATE = 16_000;
const SECOND_BYTES = RATE * 2;
const CHUNK_BYTES = SECOND_BYTES / 10;
const OURS = 'sleep by Lectern';

const isLinux = process.platform === 'linux';
const where = isLinux ? '' : ' (skipped: logind is known to Linux)';

describeOnElectron(`the computer sleeps or shuts down while it records${where}`, () => {
  describe.skipIf(!isLinux)('as logind tells', () => {
    let dataDir: string;
    let bus: SystemBus;
    let app: DesktopApp;

    beforeEach(async () => {
      dataDir = await temporaryFolder();
      bus = await startSystemBus();
      onTestFinished(() => bus.stop());
      app = await launchApp({ dataDir, env: bus.env });
      onTestFinished(() => app.dispose());
    });

    it('sleep waits for what was recorded, which is whole meanwhile; then it goes on, and the hole is marked', async () => {
      const [before, after] = [seededBytes(1, SECOND_BYTES), seededBytes(2, SECOND_BYTES)];
      expect(await bus.delays()).not.toContain(OURS);
      const session = await startRecording(app, 'slept');
      await sendSecond(session, before, { firstSeq: 0, startFrame: 0 });
      await untilReceived(session, 1);
      await expect.poll(() => bus.delays()).toContain(OURS);

      await bus.tell('PrepareForSleep', true);
      await expect.poll(() => sleepDelays(bus)).toEqual([]);
      const asleep = join(dataDir, 'recordings/slept');
      const [master = ''] = readdirSync(asleep).filter((name) => name.endsWith('.wav.partial'));
      expect((await masterSamples(join(asleep, master))).equals(before)).toBe(true);

      await bus.tell('PrepareForSleep', false);
      await expect.poll(() => bus.delays()).toContain(OURS);
      // Chromium closes its debuggers' connections before it sleeps; the page knows nothing of them.
      const awake = heldPageSession(await app.reattach());
      await sendSecond(awake, after, { firstSeq: 10, startFrame: 4 * RATE });
      await awake.say({ action: 'stop' });
      const { report, files } = await awake.next('recording_stopped');
      expect(report).toMatchObject({
        captured: 2 * RATE,
        expected: 5 * RATE,
        gaps: [{ start_frame: RATE, frames: 3 * RATE, cause: 'suspended' }],
      });
      const samples = await masterSamples(join(dataDir, 'recordings', files[0]?.file_path ?? ''));
      expect(samples.equals(Buffer.concat([before, Buffer.alloc(3 * SECOND_BYTES), after]))).toBe(true);
      await expect.poll(() => bus.delays()).not.toContain(OURS);
    });

    it('a shutdown waits until the recording is saved whole', async () => {
      const audio = seededBytes(3, SECOND_BYTES);
      const session = await startRecording(app, 'shut-down');
      await sendSecond(session, audio, { firstSeq: 0, startFrame: 0 });
      await untilReceived(session, 1);
      await expect
        .poll(() => bus.delays())
        .toEqual(expect.arrayContaining([expect.stringMatching(/^shutdown by /)]));

      await bus.tell('PrepareForShutdown', true);
      expect(await app.exited).toBe(0);
      const folder = join(dataDir, 'recordings/shut-down');
      const names = readdirSync(folder).filter((name) => /\.(wav|partial)$/.test(name));
      expect(names).toEqual([expect.stringMatching(/^user_\d+\.wav$/)]);
      expect((await masterSamples(join(folder, names[0] ?? ''))).equals(audio)).toBe(true);
      await expect.poll(() => bus.delays()).toEqual([]);
    });
  });
});

async function sleepDelays(bus: SystemBus): Promise<string[]> {
  return (await bus.delays()).filter((delay) => delay.startsWith('sleep '));
}

async function startRecording(app: DesktopApp, sessionId: string): Promise<PageSession> {
  const session = await openPageSession(app.page, sessionId);
  await session.say({ action: 'start', format: 'wav', sample_rate: RATE, channels: 1, framing: 'headed' });
  await session.next('recording_started');
  return session;
}

/** A second of audio in ten headed frames. What is missing before it, the sleep took. */
async function sendSecond(
  session: PageSession,
  audio: Buffer,
  at: { readonly firstSeq: number; readonly startFrame: number },
): Promise<void> {
  const frames = Array.from({ length: 10 }, (_, index) =>
    headedFrame(
      {
        trackIndex: 0,
        seq: at.firstSeq + index,
        startFrame: at.startFrame + (index * RATE) / 10,
        gapCause: 'suspended',
      },
      audio.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
    ),
  );
  await session.sendAudio(Buffer.concat(frames), frames[0]?.byteLength ?? 0);
}

async function untilReceived(session: PageSession, seconds: number): Promise<void> {
  await expect
    .poll(async () => {
      await session.say({ action: 'status' });
      return (await session.next('status')).duration_seconds;
    })
    .toBe(seconds);
}
