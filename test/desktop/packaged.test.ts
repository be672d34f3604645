import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { findDesktopElectron } from '../setup/desktop-electron.ts';
import { repository } from '../setup/steps.ts';
import { nextWhole } from '../support/protocol-client.ts';
import { masterSamples, readWav } from '../support/read-wav.ts';
import { seededBytes } from '../support/seeded-bytes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { packageFolder } from './package-folder.ts';
import { launchPackaged, launchPackagedToEnd, type PackagedApp } from './packaged-app.ts';
import { openPageSession, type PageSession } from './page-session.ts';

const run = promisify(execFile);
const electron = findDesktopElectron();
const obstacle =
  process.platform !== 'linux'
    ? 'skipped: it is packed for Linux only'
    : electron === undefined
      ? 'skipped: there is no Electron to pack it with'
      : undefined;

const SAMPLE_RATE = 16_000;
/** As the bundler writes them: statements from the beginning of a line, calls anywhere. */
const IMPORT = /^(?:import|export)\b[^"\n]*"([^"\n]+)";$|\bimport\("([^"\n]+)"\)/gm;
const CHUNK_BYTES = (SAMPLE_RATE / 10) * 2;
const lockfile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

const title = `the packaged app on Electron ${electron?.version ?? 'itself'}`;
describe.skipIf(obstacle !== undefined)(`${title}${obstacle === undefined ? '' : ` (${obstacle})`}`, () => {
  let folder: string;
  let archive: string;
  /** Paths in the archive, with slashes and without the first. */
  let names: readonly string[];

  beforeAll(async () => {
    if (electron === undefined) throw new Error('expected an Electron');
    folder = await packageFolder(electron);
    archive = join(folder, 'resources/app.asar');
    names = listPackage(archive, { isPack: false }).map((name) => name.slice(1));
  }, 300_000);

  it('holds what runs, and nothing that is only for building, testing or debugging it', async () => {
    const top = new Set(names.map((name) => name.split('/')[0]));
    expect([...top].sort()).toEqual(
      ['LICENSE', 'THIRD-PARTY.md', 'node_modules', 'out', 'package.json', 'resources'].sort(),
    );
    const idle =
      /\.(map|[cm]?tsx?)$|(^|\/)(tests?|__tests__|benchmarks?)(\/|$)|\/(test|bench|benchmark)(-[^/]*)?\.[cm]?js$|\.(test|spec)\.[cm]?js$/;
    expect(names.filter((name) => idle.test(name))).toEqual([]);

    const { packages } = lockfile.parse(
      JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')),
    );
    const packed = names.filter((name) => /(^|\/)node_modules\/(@[^/]+\/)?[^/@]+$/.test(name));
    expect(packed.length).toBeGreaterThan(10);
    expect(packed.filter((name) => packages[name] === undefined || packages[name].dev === true)).toEqual([]);

    const libraries = names.filter((name) => name.endsWith('.node'));
    const own = libraries.filter((name) => /\/linux(musl)?-(x64|arm64)\.node$/.test(name));
    expect(own).toContain(`node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`);
    expect(libraries).toEqual(own);
  });

  it('holds everything that its main process imports', async () => {
    const alone = await temporaryFolder();
    extractAll(archive, alone);
    const main = join(alone, 'out/main');
    const scripts = (await readdir(main)).filter((name) => name.endsWith('.js'));
    const imported = new Set<string>();
    for (const script of scripts) {
      const text = await readFile(join(main, script), 'utf8');
      for (const [, static_, dynamic] of text.matchAll(IMPORT)) imported.add(static_ ?? dynamic ?? '');
    }
    const files = [...imported].filter((specifier) => specifier.startsWith('.'));
    expect(files.filter((file) => !existsSync(join(main, file)))).toEqual([]);
    const packages = [...imported].filter(
      (specifier) => /^[@a-z]/.test(specifier) && specifier !== 'electron',
    );
    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'mediabunny', 'wavefile', 'zod']));
    // From where they stand, with no other package in sight.
    const loading = `for (const name of ${JSON.stringify(packages)}) await import(name)`;
    await run(process.execPath, ['--input-type=module', '--eval', loading], { cwd: main });
  });

  it('can be made neither to run scripts as Node nor to let a debugger in, and runs nothing but its archive', async () => {
    const fuses = await getCurrentFuseWire(join(folder, 'lectern'));
    const state = (option: FuseV1Options): string => String.fromCharCode(Number(fuses[option]));
    expect(state(FuseV1Options.RunAsNode)).toBe('0');
    expect(state(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe('0');
    expect(state(FuseV1Options.EnableNodeCliInspectArguments)).toBe('0');
    expect(state(FuseV1Options.OnlyLoadAppFromAsar)).toBe('1');
  });

  describe('started', () => {
    let dataDir: string;
    let app: PackagedApp;

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'lectern-packaged-'));
      app = await launchPackaged({ folder, dataDir });
    });

    afterAll(async () => {
      await app.dispose();
      await rm(dataDir, { recursive: true, force: true });
    });

    it('has better-sqlite3 from the folder beside its archive', async () => {
      const maps = await readFile(`/proc/${app.pid}/maps`, 'utf8');
      expect(maps).toContain(
        `${archive}.unpacked/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
      );
    });

    it('records the microphone to a WAV when Record is pressed', async () => {
      await app.page.getByRole('button', { name: /^Record/ }).click();
      await app.page.getByRole('timer').getByText('0:02').waitFor();
      await app.page.getByRole('button', { name: /^Stop/ }).click();
      await app.page.getByRole('group', { name: 'Saved' }).waitFor();
      const [id = ''] = await readdir(join(dataDir, 'recordings'));
      const wav = await readWav(await only(join(dataDir, 'recordings', id), '.wav'));
      expect(wav.samples.length / (wav.sampleRate * wav.numChannels * 2)).toBeGreaterThanOrEqual(2);
      // The device beeps once a second.
      expect(Math.max(...samplesOf(wav.samples).map(Math.abs))).toBeGreaterThan(1000);
    });

    it('takes in a damaged file from outside, mends it and makes a recording of it', async () => {
      const whole = join(await temporaryFolder(), 'whole.wav');
      const shape = ['-r', '48000', '-c', '1', '-b', '16'];
      await run('sox', ['-n', ...shape, whole, 'synth', '3', 'sine', '440', 'vol', '0.4']);
      const bytes = await readFile(whole);
      const broken = Buffer.from(bytes);
      broken.writeUInt32LE(0, 40);
      const file = join(await temporaryFolder(), 'seminar.wav');
      await writeFile(file, broken);
      await app.page.getByRole('navigation').getByRole('button', { name: 'Library' }).click();
      await app.page.setInputFiles('input[type=file]', file);
      await app.page.getByRole('button', { name: 'Add to recordings: seminar.wav' }).click();
      await app.page.getByText('Added to recordings').waitFor();
      const masters = (await filesBelow(join(dataDir, 'recordings'))).filter((name) =>
        /user_[^/]*\.wav$/.test(name),
      );
      const contents = await Promise.all(masters.map((name) => readFile(name)));
      expect(contents.some((one) => one.equals(bytes))).toBe(true);
    });

    it('ends when it is started a second time, and the first goes on', async () => {
      expect(await launchPackagedToEnd({ folder, dataDir })).toBe(0);
      expect(await app.page.evaluate(() => window.lectern?.call('app.info', {}))).toMatchObject({ ok: true });
    });
  });

  it.each([
    ['ffmpeg', 'ffmpeg'],
    ['the worker of the built-in encoder, out of the archive', 'built-in'],
  ])('makes an MP4 with %s', async (_, kind) => {
    const dataDir = await temporaryFolder();
    const app = await launchPackaged(
      kind === 'ffmpeg'
        ? { folder, dataDir }
        : { folder: await withoutFfmpeg(folder), dataDir, env: { PATH: '', LECTERN_FFMPEG: '' } },
    );
    onTestFinished(() => app.dispose());
    const info = await app.page.evaluate(() => window.lectern?.call('app.info', {}));
    expect(info).toMatchObject({ ok: true, value: { encoder: { kind } } });
    const session = await record(app, 'lesson', 'mp4', seededBytes(1, SAMPLE_RATE * 2 * 3));
    await session.say({ action: 'stop' });
    const { files } = await nextWhole(session);
    const mp4 = files.find(({ file_path }) => file_path.endsWith('.mp4'));
    const found = await probe(join(dataDir, 'recordings', mp4?.file_path ?? ''));
    expect(found.streams).toMatchObject([{ codec_name: 'aac', sample_rate: '16000', channels: 1 }]);
    expect(Number(found.format.duration)).toBeCloseTo(3, 2);
    // ffmpeg writes its name.
    expect(found.format.tags?.encoder?.startsWith('Lavf')).toBe(kind === 'ffmpeg' ? true : undefined);
  });

  it('loses nothing that it acknowledged when it is killed, and has it in order at its next start', async () => {
    const dataDir = await temporaryFolder();
    const killed = await launchPackaged({ folder, dataDir });
    onTestFinished(() => killed.dispose());
    const audio = seededBytes(2, SAMPLE_RATE * 2 * 3);
    await record(killed, 'cut-off', 'wav', audio);
    killed.kill('SIGKILL');
    await killed.exited;

    const again = await launchPackaged({ folder, dataDir });
    onTestFinished(() => again.dispose());
    const find = () => again.page.evaluate(() => window.lectern?.call('sessions.get', { id: 'cut-off' }));
    await expect.poll(find).toMatchObject({ ok: true, value: { status: 'recovered' } });
    const master = await only(join(dataDir, 'recordings/cut-off'), '.wav');
    expect((await masterSamples(master)).equals(audio)).toBe(true);
  });
});

/** A recording of `audio`, all of it acknowledged. */
async function record(
  app: PackagedApp,
  sessionId: string,
  format: 'wav' | 'mp4',
  audio: Buffer,
): Promise<PageSession> {
  const session = await openPageSession(app.page, sessionId);
  await session.say({ action: 'start', format, sample_rate: SAMPLE_RATE, channels: 1 });
  await session.next('recording_started');
  await session.sendAudio(audio, CHUNK_BYTES);
  await expect
    .poll(async () => {
      await session.say({ action: 'status' });
      return (await session.next('status')).duration_seconds;
    })
    .toBe(audio.length / (SAMPLE_RATE * 2));
  return session;
}

const probed = z.object({
  streams: z.array(z.object({ codec_name: z.string(), sample_rate: z.string(), channels: z.number() })),
  format: z.object({
    duration: z.string(),
    tags: z.object({ encoder: z.string().optional() }).optional(),
  }),
});

async function probe(path: string): Promise<z.infer<typeof probed>> {
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-of', 'json', '-show_format', '-show_streams'],
    path,
  ]);
  return probed.parse(JSON.parse(stdout));
}

/** The package, without the ffmpeg that it may bring along. */
async function withoutFfmpeg(folder: string): Promise<string> {
  const ffmpeg = 'resources/app.asar.unpacked/node_modules/ffmpeg-static/ffmpeg';
  if (!existsSync(join(folder, ffmpeg))) return folder;
  const copy = join(await temporaryFolder(), 'without-ffmpeg');
  await cp(folder, copy, { recursive: true });
  await rm(join(copy, ffmpeg));
  return copy;
}

async function only(folder: string, ending: string): Promise<string> {
  const [name, ...others] = (await readdir(folder)).filter((one) => one.endsWith(ending));
  if (name === undefined || others.length > 0) throw new Error(`expected one ${ending} in ${folder}`);
  return join(folder, name);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.map(({ parentPath, name }) => join(parentPath, name));
}

function samplesOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2));
}
