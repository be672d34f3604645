import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Track } from '../../src-main/contract/audio-format.ts';
import { type AudioServer, MICROPHONE_LABEL, startAudioServer } from '../support/audio-server.ts';
import { type BrowserApp, openBrowserApp } from '../support/browser-app.ts';
import { type RampStretch, rampStretches, writeIndexRamp } from '../support/index-ramp.ts';
import { readWav } from '../support/read-wav.ts';

const RATE = 48_000;
/** Tracks start at the same frame, to within 10 ms. */
const ALIGNED_FRAMES = RATE / 100;
/** Of full scale. A player that stutters makes a tone weaker, and no tone of it. */
const HEARD = 0.1;
const NOT_HEARD = 0.001;
const MINE_HZ = 440;
const THEIRS_HZ = 1000;

let folder: string;
let audio: AudioServer;
let app: BrowserApp;
const opened: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lectern-sides-'));
  await writeIndexRamp(join(folder, 'ramp.raw'), 40);
  for (const hertz of [MINE_HZ, THEIRS_HZ]) await writeFile(join(folder, `${hertz}.raw`), tone(hertz, 30));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function tone(hertz: number, seconds: number): Buffer {
  const samples = Buffer.alloc(seconds * RATE * 4);
  for (let frame = 0; frame < seconds * RATE; frame += 1) {
    const value = Math.round(10_000 * Math.sin((2 * Math.PI * hertz * frame) / RATE));
    samples.writeInt16LE(value, frame * 4);
    samples.writeInt16LE(value, frame * 4 + 2);
  }
  return samples;
}

const seconds = (pcm: Buffer, from: number, to: number) => pcm.subarray(from * RATE * 4, to * RATE * 4);

/** How strongly a pitch is in the left channel of 48 kHz stereo, 0..1 of full scale (Goertzel). */
function strengthOf(hertz: number, pcm: Buffer): number {
  const frames = pcm.length / 4;
  const turn = (2 * Math.PI * hertz) / RATE;
  let real = 0;
  let imaginary = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const value = pcm.readInt16LE(frame * 4) / 32_768;
    real += value * Math.cos(turn * frame);
    imaginary += value * Math.sin(turn * frame);
  }
  return (2 * Math.hypot(real, imaginary)) / frames;
}

const button = (page: Page, name: RegExp) => page.getByRole('button', { name });
const untilTime = (page: Page, time: string | RegExp) => page.getByRole('timer').getByText(time).waitFor();

async function openAt(options: Parameters<typeof openBrowserApp>[0] = {}): Promise<void> {
  audio = await startAudioServer();
  opened.push(() => audio.stop());
  app = await openBrowserApp({ env: audio.env, ...options });
  opened.push(() => app.close());
}

/** The other side hears this output. */
async function listenTo(output: string): Promise<void> {
  await audio.control('set-default-sink', output);
}

async function addOutput(name: string): Promise<void> {
  await audio.control(
    'load-module',
    'module-null-sink',
    `sink_name=${name}`,
    'rate=48000',
    'channels=2',
    'format=s16le',
  );
}

async function chooseBothSides(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Meeting' }).check();
  await page.getByLabel('Quality').selectOption({ label: 'Full range: 48 kHz stereo' });
  await otherSideIsReady(page);
  await page.getByText(MICROPHONE_LABEL).first().waitFor({ state: 'attached' });
}

const otherSideIsReady = (page: Page) => page.getByText('Everything this computer plays.').waitFor();

async function record(page: Page): Promise<void> {
  await button(page, /^Record/).click();
  await button(page, /^Stop/).waitFor();
}

async function stop(page: Page): Promise<void> {
  await button(page, /^Stop/).click();
  await page.getByRole('group', { name: 'Saved' }).waitFor();
}

function play(file: string, sink: string): void {
  const playback = audio.play(join(folder, file), { sink, latencyMs: 200 });
  opened.push(async () => playback.stop());
}

async function masterOf(track: Track): Promise<Buffer> {
  const [session] = await app.sessions();
  const file = session?.files.find(({ type, master }) => master && type === track);
  if (file === undefined) throw new Error(`expected a master of ${track}`);
  return (await readWav(join(app.recordingsDir, file.file_path))).samples;
}

async function gaps() {
  const [session] = await app.sessions();
  return session?.parts.flatMap(({ report }) => report?.gaps ?? []) ?? [];
}

const ourDevices = async () =>
  (await audio.control('list', 'short', 'modules')).split('\n').filter((line) => line.includes('lectern_'));

describe('both sides of a conversation', () => {
  test('each has a track of its own, another output is followed, and nothing is left on the system', async () => {
    await openAt();
    await addOutput('headset');
    await addOutput('loudspeaker');
    await listenTo('loudspeaker');
    await app.open();
    const { page } = app;
    await chooseBothSides(page);
    play(`${MINE_HZ}.raw`, 'speaker');
    play(`${THEIRS_HZ}.raw`, 'headset');
    await record(page);
    await untilTime(page, '0:04');
    await listenTo('headset');
    await untilTime(page, '0:07');
    await stop(page);
    const [mine, theirs] = [await masterOf('user'), await masterOf('assistant')];
    expect(strengthOf(MINE_HZ, seconds(mine, 2, 3))).toBeGreaterThan(HEARD);
    expect(strengthOf(THEIRS_HZ, seconds(mine, 6, 7))).toBeLessThan(NOT_HEARD);
    for (const hertz of [MINE_HZ, THEIRS_HZ])
      expect(strengthOf(hertz, seconds(theirs, 2, 3))).toBeLessThan(NOT_HEARD);
    expect(strengthOf(THEIRS_HZ, seconds(theirs, 6, 7))).toBeGreaterThan(HEARD);
    expect(strengthOf(MINE_HZ, seconds(theirs, 6, 7))).toBeLessThan(NOT_HEARD);
    // The change of outputs may cost a moment.
    const lost = (await gaps()).filter(({ cause }) => cause !== 'ended');
    expect(lost.reduce((frames, gap) => frames + gap.frames, 0)).toBeLessThan(RATE / 4);
    expect(app.complaints).toEqual([]);

    await page.getByRole('radio', { name: 'Lecture' }).check();
    await expect.poll(ourDevices).toEqual([]);

    // The other side alone needs no microphone.
    await audio.unplugMicrophone();
    await page.reload();
    await page.getByRole('heading', { name: 'No microphone found' }).waitFor();
    await button(page, /^Record the other side alone/).click();
    await otherSideIsReady(page);
    await record(page);
    await untilTime(page, '0:02');
    await stop(page);
    const [alone] = await app.sessions();
    expect(alone?.tracks).toEqual(['assistant']);
    expect(alone?.files.filter(({ master }) => master).map(({ type }) => type)).toEqual(['assistant']);
    await expect.poll(ourDevices).toHaveLength(1);
    await app.stopEngine();
    expect(await ourDevices()).toEqual([]);
  });

  test('what both heard is untouched and at the same frame of both, also after a pause and a reload', async () => {
    await openAt();
    await listenTo('speaker');
    await app.open();
    const { page } = app;
    page.on('dialog', (dialog) => void dialog.accept());
    await chooseBothSides(page);
    await record(page);
    const playback = await audio.playInside(join(folder, 'ramp.raw'));
    opened.push(async () => playback.stop());
    await untilTime(page, '0:07');
    await button(page, /^Pause/).click();
    await button(page, /^Resume/).click();
    await untilTime(page, '0:09');
    await page.reload();
    await page
      .getByText(/Recording goes on/)
      .first()
      .waitFor();
    await untilTime(page, /0:1[4-9]/);
    await stop(page);
    const [mine = [], theirs = []] = [await masterOf('user'), await masterOf('assistant')].map((pcm) =>
      rampStretches(pcm).filter(({ frames }) => frames > RATE / 10),
    );
    for (const [first] of [mine, theirs]) {
      expect(first?.fromIndex).toBe(0);
      expect(first?.frames).toBeGreaterThan(3 * RATE);
    }
    // Before the pause, after it, and after the page was loaded again.
    expect(mine.length).toBeGreaterThanOrEqual(3);
    const apart = mine.map((stretch) => {
      const other = theirs.find((candidate) => overlap(stretch, candidate));
      return other === undefined ? Infinity : originOf(stretch) - originOf(other);
    });
    console.log(`the tracks are apart by ${apart.join(', ')} frames`);
    for (const frames of apart) expect(Math.abs(frames)).toBeLessThan(ALIGNED_FRAMES);
    expect(new Set((await gaps()).map(({ track }) => track))).toEqual(new Set(['user', 'assistant']));
  });

  test('an output that is unplugged is left for the next one, and not for the microphone', async () => {
    await openAt();
    await addOutput('headset');
    await listenTo('headset');
    await app.open();
    await chooseBothSides(app.page);
    await record(app.page);
    await untilTime(app.page, '0:02');
    const lines = (await audio.control('list', 'short', 'modules')).split('\n');
    await audio.control(
      'unload-module',
      lines.find((line) => line.includes('headset'))?.split('\t')[0] ?? '',
    );
    await addOutput('loudspeaker');
    await listenTo('loudspeaker');
    play(`${MINE_HZ}.raw`, 'speaker');
    play(`${THEIRS_HZ}.raw`, 'loudspeaker');
    await untilTime(app.page, '0:09');
    await stop(app.page);
    const lastSecond = (pcm: Buffer) => pcm.subarray(pcm.length - RATE * 4 - ((pcm.length - RATE * 4) % 4));
    const mine = lastSecond(await masterOf('user'));
    const theirs = lastSecond(await masterOf('assistant'));
    expect(strengthOf(MINE_HZ, mine)).toBeGreaterThan(HEARD);
    expect(strengthOf(THEIRS_HZ, theirs)).toBeGreaterThan(HEARD);
    expect(strengthOf(MINE_HZ, theirs)).toBeLessThan(NOT_HEARD);
  });
});

/** The frame at which index 0 of the ramp would be. */
function originOf({ atFrame, fromIndex }: RampStretch): number {
  return atFrame - fromIndex;
}

/** Both heard some of the same. */
function overlap(one: RampStretch, other: RampStretch): boolean {
  return one.fromIndex < other.fromIndex + other.frames && other.fromIndex < one.fromIndex + one.frames;
}
