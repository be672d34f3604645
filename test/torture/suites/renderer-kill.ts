import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { build, needsBuild } from '../../../src-main/launch/build.ts';
import { type Browser, findChromium, launchChromium } from '../../support/chromium.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { type EngineProcess, repository, startEngine } from '../support/engine-process.ts';
import { goOnAfterKill, type Killed, verifyAbandoned } from '../support/killed-page.ts';
import { listenToPage, type PageEar, type PageShape } from '../support/page-ear.ts';
import type { Depth, Figures, Suite } from '../support/suite.ts';
import { verifyHeard } from '../support/verify-heard.ts';

const MOMENTS = ['start', 'stream', 'stream', 'pause', 'stop'] as const;
type Moment = (typeof MOMENTS)[number];

const QUALITIES = {
  speech: { sampleRate: 16_000, channels: 1 },
  full: { sampleRate: 48_000, channels: 1 },
  stereo: { sampleRate: 48_000, channels: 2 },
} as const satisfies Record<string, PageShape>;
const QUALITY_NAMES = ['speech', 'full', 'stereo'] as const;

/** A machine that runs other tests may keep a process waiting; 250 ms is the goal. */
const MAX_LOSS_MS: Record<Depth, number> = { short: 1000, normal: 250, long: 250 };
/** By how much what is heard after the page is back may be out of its place. */
const PLACED_WITHIN_MS: Record<Depth, number> = { short: 1000, normal: 250, long: 250 };
const PATIENCE_MS = 30_000;

export const rendererKill: Suite = {
  name: 'renderer-kill',
  promise:
    'kill -9 of the page’s renderer in start, stream, pause and stop, in real Chromium: the WAV plays at full length, ' +
    'exact, with all that was acknowledged and 250 ms lost at most; a page that comes back goes on after a marked ' +
    'hole, a recording nobody comes back to is finalised',
  rounds: { short: 1, normal: 200, long: 1000 },
  attacks: ['src-renderer/main.tsx'],
  unable: () => {
    try {
      findChromium();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },
  open: openRendererKill,
};

interface Stage {
  readonly depth: Depth;
  readonly dataDir: string;
  readonly engine: EngineProcess;
  readonly browser: Browser;
  /** What is still to be looked at when the engine has given up waiting for a page; by the round's seed. */
  readonly later: { readonly seed: number; readonly look: () => Promise<void> }[];
}

async function openRendererKill(depth: Depth) {
  if (await needsBuild(repository)) await build(repository);
  const dataDir = temporaryFolder();
  const noise = join(dataDir, 'noise.wav');
  const asNoise = ['-R', '-n', '-r', '48000', '-c', '1', '-b', '16', noise];
  await promisify(execFile)('sox', [...asNoise, 'synth', '20', 'whitenoise', 'vol', '0.3']);
  const rendererDir = join(repository, 'out', 'renderer');
  const engine = await startEngine({ dataDir, rendererDir });
  const browser = await launchChromium({
    args: ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${noise}`],
  });
  const stage: Stage = { depth, dataDir, engine, browser, later: [] };
  return {
    round: (seed: number) => round(seed, stage),
    async close(): Promise<Figures> {
      const failures: string[] = [];
      for (const { seed, look } of stage.later)
        await look().catch((error: unknown) => failures.push(`--seed ${seed}: ${String(error)}`));
      await browser.close();
      await engine.stop();
      removeFolder(dataDir);
      if (failures.length > 0) throw new Error(`recordings nobody came back to, ${failures.join('; ')}`);
      return { 'finalised without a page': stage.later.length };
    },
  };
}

async function round(seed: number, stage: Stage): Promise<Figures> {
  const random = seededRandom(seed);
  const moment = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? 'stream';
  const quality = QUALITY_NAMES[Math.floor(random() * QUALITY_NAMES.length)] ?? 'speech';
  const format = random() < 0.5 ? 'wav' : 'mp4';
  const comesBack = random() < 0.5;
  // At once, before the engine knows that anybody has gone, or after a while.
  const atOnce = random() < 0.3;
  const [awayMs, goOnForMs] = [500 + random() * 2500, 500 + random() * 700];
  const { engine, browser, depth } = stage;
  const shape = QUALITIES[quality];

  const context = await newContext(browser, engine);
  try {
    const page = await context.newPage();
    const ear = await openPage(page, engine.url, `?token=${engine.token}`, shape);
    await choose(page, ear, { quality, format });
    const renderers = await browser.pageProcesses();
    const crashed = page.waitForEvent('crash', { timeout: PATIENCE_MS });
    // Awaited below, unless something else fails before.
    crashed.catch(() => undefined);
    await reach(moment, page, ear, random);
    const killedAtMs = Date.now();
    // No other page runs, so all there are: its own, and those that Chromium keeps ready.
    for (const pid of renderers) killIfThere(pid);
    await crashed;
    const heardFrames = ear.framesHeardBy(killedAtMs);

    const recordingsDir = join(stage.dataDir, 'recordings');
    const folder = join(recordingsDir, ear.sessionId ?? 'none');
    const killed: Killed = { engine, recordingsDir, folder, shape, pages: [ear], ear };
    let frames: number | undefined;
    if (!comesBack || !atOnce) {
      // What was on its way is written.
      await delay(500);
      frames = await verifyHeard(killed, { finished: false });
    }
    let offClockMs: number | undefined;
    let isLeft = !comesBack;
    if (comesBack) {
      if (!atOnce) await delay(awayMs);
      const again = await context.newPage();
      const back = await goOnAfterKill(
        killed,
        again,
        await openPage(again, engine.url, '', shape),
        goOnForMs,
      );
      ({ offClockMs } = back ?? {});
      isLeft = back === undefined;
      if (isLeft && moment !== 'start') throw new Error(`the page that came back at ${moment} found nothing`);
      frames ??= back?.heldFrames ?? (await verifyHeard(killed, { finished: false }));
    }
    const heldFrames = frames ?? 0;
    if (isLeft) stage.later.push({ seed, look: () => verifyAbandoned(killed, heldFrames) });
    const lostMs = Math.max(0, ((heardFrames - heldFrames) / shape.sampleRate) * 1000);
    if (lostMs > MAX_LOSS_MS[depth])
      throw new Error(`${lostMs.toFixed(0)} ms were lost at ${moment}; ${MAX_LOSS_MS[depth]} ms are allowed`);
    if ((offClockMs ?? 0) > PLACED_WITHIN_MS[depth])
      throw new Error(`what was heard after ${moment} is ${offClockMs?.toFixed(0)} ms out of its place`);
    return {
      'lost ms': lostMs,
      ...(offClockMs === undefined ? {} : { 'ms out of place after coming back': offClockMs }),
    };
  } finally {
    await context.close();
  }
}

async function newContext(browser: Browser, engine: EngineProcess): Promise<BrowserContext> {
  const context = await browser.context.browser()?.newContext();
  if (context === undefined) throw new Error('expected Chromium to open another profile');
  await context.grantPermissions(['microphone'], { origin: new URL(engine.url).origin });
  return context;
}

async function openPage(page: Page, url: string, query: string, shape: PageShape): Promise<PageEar> {
  page.setDefaultTimeout(PATIENCE_MS);
  const ear = await listenToPage(page, shape);
  await page.goto(`${url}${query}`);
  return ear;
}

async function choose(
  page: Page,
  ear: PageEar,
  { quality, format }: { quality: keyof typeof QUALITIES; format: 'wav' | 'mp4' },
): Promise<void> {
  const record = page.getByRole('button', { name: /^Record/ });
  await record.waitFor();
  await page.getByLabel('Quality').selectOption(quality);
  // The microphone is opened again for it, and the panel is drawn anew.
  await record.waitFor();
  await check(page.getByRole('radio', { name: format.toUpperCase() }));
  await ear.opened();
  await record.waitFor();
}

/** Once more where the panel was drawn anew in the moment of the click. */
async function check(choice: Locator): Promise<void> {
  await choice.check().catch(() => choice.check());
}

/** Does what is to be interrupted, and waits for a random instant of it. */
async function reach(moment: Moment, page: Page, ear: PageEar, random: () => number): Promise<void> {
  const press = (name: RegExp) =>
    void page
      .getByRole('button', { name })
      .click()
      .catch(() => undefined);
  press(/^Record/);
  await ear.commanded('record');
  if (moment === 'start') return delay(random() * 300);
  if (moment === 'stream') return delay(300 + random() * 2700);
  await page.getByRole('button', { name: /^Stop/ }).waitFor();
  await delay(400 + random() * 1500);
  press(moment === 'pause' ? /^Pause/ : /^Stop/);
  await ear.commanded(moment === 'pause' ? 'hold' : 'finish');
  return delay(random() * (moment === 'pause' ? 500 : 250));
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
