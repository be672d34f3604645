import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import wavefile from 'wavefile';
import type {} from '../../src-renderer/session/shell.ts';
import { describeOnElectron, launchApp, type DesktopApp } from './electron-app.ts';
import { openPageSession, type PageSession } from './page-session.ts';

declare global {
  /** In the main process: the buttons of every message box since a test took it over. */
  var questionsAsked: string[][] | undefined;
}

const SAMPLE_RATE = 48_000;
const CHANNELS = 2;
const FRAME_BYTES = 2 * CHANNELS;
/** 100 ms. */
const CHUNK_BYTES = (SAMPLE_RATE / 10) * FRAME_BYTES;

describeOnElectron('a recording made in the desktop app', () => {
  let dataDir: string;
  let app: DesktopApp;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'lectern-desktop-'));
    app = await launchApp({ dataDir });
  });

  afterEach(async () => {
    await app.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('holds every sample that crossed the port, and plays back in pieces', async () => {
    const pcm = noise(3 * SAMPLE_RATE, 1);
    const session = await startRecording(app, 'exact');
    await session.sendAudio(pcm, CHUNK_BYTES);
    await session.say({ action: 'stop' });
    const { files, report } = await session.next('recording_stopped');

    expect(report).toMatchObject({ captured: 3 * SAMPLE_RATE, expected: 3 * SAMPLE_RATE, gaps: [] });
    const [file] = files;
    if (file === undefined) throw new Error('expected a file');
    const bytes = readFileSync(join(dataDir, 'recordings', file.file_path));
    expect(Buffer.compare(samplesOf(bytes), Buffer.from(pcm))).toBe(0);

    const ranges = await app.page.evaluate(async (url) => {
      const ask = async (range: string) => {
        const response = await fetch(url, { headers: { range } });
        const body = new Uint8Array(await response.arrayBuffer());
        return { status: response.status, body: [...body], content: response.headers.get('content-range') };
      };
      return { some: await ask('bytes=44-51'), beyond: await ask('bytes=99999999-') };
    }, file.url);
    expect(ranges.some).toEqual({
      status: 206,
      body: [...bytes.subarray(44, 52)],
      content: `bytes 44-51/${bytes.length}`,
    });
    expect(ranges.beyond).toMatchObject({ status: 416, content: `bytes */${bytes.length}` });

    const listed = await app.page.evaluate(() => window.lectern?.call('sessions.list', {}));
    expect(listed).toMatchObject({
      ok: true,
      value: { total: 1, sessions: [{ id: 'exact', status: 'completed' }] },
    });
  });

  it('takes a text that is read on a thread, whose script is beside the built app', async () => {
    const session = await startRecording(app, 'read');
    await session.sendAudio(noise(SAMPLE_RATE, 3), CHUNK_BYTES);
    await session.say({ action: 'stop' });
    await session.next('recording_stopped');
    const text = Array.from({ length: 2000 }, (_, index) => {
      const at = String(index % 900).padStart(3, '0');
      return `${index + 1}\n00:00:00,${at} --> 00:00:00,950\nLine ${index} of a long text\n`;
    }).join('\n');
    const answer = await app.page.evaluate(
      (long) => window.lectern?.call('sessions.transcript.import', { id: 'read', role: 'user', text: long }),
      text,
    );
    expect(answer).toMatchObject({ ok: true, value: { imported: 2000 } });
  });

  it('can be sought and played by the page itself', async () => {
    const session = await startRecording(app, 'played');
    await session.sendAudio(noise(2 * SAMPLE_RATE, 2), CHUNK_BYTES);
    await session.say({ action: 'stop' });
    const { files } = await session.next('recording_stopped');
    const heard = await app.page.evaluate(
      (url) =>
        new Promise<{ duration: number; at: number }>((resolve, reject) => {
          const audio = new Audio(url);
          audio.onerror = () => reject(new Error(audio.error?.message ?? 'the file did not load'));
          audio.onloadedmetadata = () => {
            audio.currentTime = 1.5;
          };
          audio.onseeked = () => resolve({ duration: audio.duration, at: audio.currentTime });
        }),
      files[0]?.url ?? '',
    );
    expect(heard).toEqual({ duration: 2, at: 1.5 });
  });

  it('keeps the computer awake while it runs, and no longer', async () => {
    expect(await isKeptAwake(app)).toBe(false);
    const session = await startRecording(app, 'awake');
    expect(await isKeptAwake(app)).toBe(true);
    await session.sendAudio(noise(SAMPLE_RATE, 3), CHUNK_BYTES);
    await session.say({ action: 'stop' });
    await session.next('recording_stopped');
    await expect.poll(() => isKeptAwake(app)).toBe(false);
  });

  it('goes on when closing the window is answered with Keep recording, and is saved whole with Stop and save', async () => {
    const first = noise(SAMPLE_RATE, 4);
    const second = noise(SAMPLE_RATE, 5);
    const session = await startRecording(app, 'closed');
    await session.sendAudio(first, CHUNK_BYTES);

    await answerQuestions(app, 'Keep recording');
    await closeWindow(app);
    await expect.poll(() => questionsAsked(app)).toEqual([['Stop and save', 'Keep recording']]);
    await session.sendAudio(second, CHUNK_BYTES);
    await untilReceived(session, 2);

    await answerQuestions(app, 'Stop and save');
    await closeWindow(app);
    expect(await app.exited).toBe(0);
    expect(Buffer.compare(samplesOf(onlyWav(dataDir, 'closed')), Buffer.concat([first, second]))).toBe(0);
  });

  it('is asked about when the app is quit, and saved whole with Stop and save', async () => {
    const pcm = noise(SAMPLE_RATE, 6);
    const session = await startRecording(app, 'quit');
    await session.sendAudio(pcm, CHUNK_BYTES);
    await untilReceived(session, 1);
    await answerQuestions(app, 'Keep recording');
    await quitApp(app);
    await expect.poll(() => questionsAsked(app)).toEqual([['Stop and save', 'Keep recording']]);
    await session.sendAudio(pcm, CHUNK_BYTES);
    await untilReceived(session, 2);

    await answerQuestions(app, 'Stop and save');
    await quitApp(app);
    expect(await app.exited).toBe(0);
    expect(Buffer.compare(samplesOf(onlyWav(dataDir, 'quit')), Buffer.concat([pcm, pcm]))).toBe(0);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'is saved whole, unasked, when %s ends the app',
    async (signal) => {
      const pcm = noise(SAMPLE_RATE, 7);
      const session = await startRecording(app, 'terminated');
      await session.sendAudio(pcm, CHUNK_BYTES);
      await untilReceived(session, 1);
      app.kill(signal);
      expect(await app.exited).toBe(0);
      expect(Buffer.compare(samplesOf(onlyWav(dataDir, 'terminated')), Buffer.from(pcm))).toBe(0);
    },
  );

  it('survives a crash of the page, which comes back to the same session', async () => {
    const first = noise(SAMPLE_RATE, 8);
    const second = noise(SAMPLE_RATE, 9);
    const session = await startRecording(app, 'crashed');
    await session.sendAudio(first, CHUNK_BYTES);
    await untilReceived(session, 1);
    const reloaded = app.evaluateMain(
      ({ BrowserWindow }) =>
        new Promise<void>((resolve) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          contents?.once('did-finish-load', () => resolve());
          contents?.forcefullyCrashRenderer();
        }),
    );
    await reloaded;

    const again = await openPageSession(await app.reattach(), 'crashed');
    await again.say({ action: 'status' });
    expect(await again.next('status')).toMatchObject({ state: 'recording', duration_seconds: 1 });
    await again.sendAudio(second, CHUNK_BYTES);
    await again.say({ action: 'stop' });
    await again.next('recording_stopped');
    expect(Buffer.compare(samplesOf(onlyWav(dataDir, 'crashed')), Buffer.concat([first, second]))).toBe(0);
  });
});

async function startRecording(app: DesktopApp, sessionId: string): Promise<PageSession> {
  const session = await openPageSession(app.page, sessionId);
  await session.say({ action: 'start', format: 'wav', sample_rate: SAMPLE_RATE, channels: CHANNELS });
  expect(await session.next('recording_started')).toMatchObject({ session_id: sessionId, part: 1 });
  return session;
}

async function untilReceived(session: PageSession, seconds: number): Promise<void> {
  await expect
    .poll(async () => {
      await session.say({ action: 'status' });
      return (await session.next('status')).duration_seconds;
    })
    .toBe(seconds);
}

async function isKeptAwake(app: DesktopApp): Promise<boolean> {
  return app.evaluateMain(({ powerSaveBlocker }) =>
    Array.from({ length: 8 }, (_, id) => id).some((id) => powerSaveBlocker.isStarted(id)),
  );
}

/** Puts a hand in place of the user's on every message box from now on. */
async function answerQuestions(app: DesktopApp, button: string): Promise<void> {
  await app.evaluateMain(({ dialog }, button) => {
    const asked: string[][] = [];
    globalThis.questionsAsked = asked;
    Reflect.set(dialog, 'showMessageBox', (...args: { buttons: string[] }[]) => {
      const buttons = args.at(-1)?.buttons ?? [];
      asked.push(buttons);
      return Promise.resolve({ response: buttons.indexOf(button), checkboxChecked: false });
    });
  }, button);
}

async function questionsAsked(app: DesktopApp): Promise<unknown> {
  return app.evaluateMain(() => globalThis.questionsAsked);
}

async function closeWindow(app: DesktopApp): Promise<void> {
  await app.evaluateMain(({ BrowserWindow }) => {
    setImmediate(() => BrowserWindow.getAllWindows()[0]?.close());
  });
}

async function quitApp(app: DesktopApp): Promise<void> {
  await app.evaluateMain((electron) => {
    setImmediate(() => electron.app.quit());
  });
}

/** Seeded white noise: any sample lost, repeated or altered shows. */
function noise(frames: number, seed: number): Uint8Array {
  const samples = new Int16Array(frames * CHANNELS);
  let state = seed * 2_654_435_761;
  for (let at = 0; at < samples.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    samples[at] = state >> 16;
  }
  return new Uint8Array(samples.buffer);
}

function onlyWav(dataDir: string, sessionId: string): Buffer {
  const folder = join(dataDir, 'recordings', sessionId);
  const names = readdirSync(folder);
  expect(names.filter((name) => name.endsWith('.partial'))).toEqual([]);
  const [name, ...others] = names.filter((one) => one.endsWith('.wav'));
  if (name === undefined || others.length > 0) throw new Error(`expected one WAV, found ${names.join(', ')}`);
  return readFileSync(join(folder, name));
}

/** The PCM of a WAV, as an independent reader finds it. */
function samplesOf(bytes: Buffer): Buffer {
  const wav = new wavefile.WaveFile(bytes);
  expect(wav.fmt).toMatchObject({ numChannels: CHANNELS, sampleRate: SAMPLE_RATE, bitsPerSample: 16 });
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  const data: unknown = Reflect.get(wav.data, 'samples');
  if (!(data instanceof Uint8Array)) throw new Error('expected samples');
  return Buffer.from(data);
}
