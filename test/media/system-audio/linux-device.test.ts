import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SystemAudio } from '../../../src-main/recorder.ts';
import { createSystemAudio } from '../../../src-main/system-audio/system-audio.ts';
import { type AudioServer, startAudioServer } from '../../support/audio-server.ts';

/** Nobody's: above what Linux hands out. */
const OURS = 5_000_001;
const DEAD = 5_000_002;
const ALIVE = 5_000_003;

let audio: AudioServer;
const opened: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  audio = await startAudioServer();
  opened.push(() => audio.stop());
  await addOutput('first');
  await addOutput('second');
  await audio.control('set-default-sink', 'first');
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const addOutput = (name: string) => audio.control('load-module', 'module-null-sink', `sink_name=${name}`);
const addRemap = (...args: string[]) => audio.control('load-module', 'module-remap-source', ...args);

function start(options: { environment?: Record<string, string | undefined>; idleMs?: number } = {}) {
  const systemAudio = createSystemAudio({
    platform: 'linux',
    environment: { ...process.env, ...audio.env },
    pid: OURS,
    isAlive: (pid) => pid === ALIVE || pid === process.pid,
    log: () => undefined,
    ...options,
  });
  if (systemAudio === undefined) throw new Error('expected a way on Linux');
  opened.push(() => systemAudio.close());
  return systemAudio;
}

const openIt = ({ handlers }: SystemAudio) => handlers['system_audio.open']({});
const closeIt = ({ handlers }: SystemAudio) => handlers['system_audio.close']({});
const statusOf = ({ handlers }: SystemAudio) => handlers['system_audio.status']({});

const modules = async () => (await audio.control('list', 'short', 'modules')).split('\n');
const sources = async () =>
  (await audio.control('list', 'short', 'sources')).split('\n').map((line) => line.split('\t')[1]);

/** A program that records from a source, as a browser does. */
function listen(source: string) {
  const recorder = spawn('parec', [`--device=${source}`, '--raw', '--latency-msec=20', '--channels=1'], {
    env: { ...process.env, ...audio.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let loudest = 0;
  recorder.stdout.on('data', (bytes: Buffer) => {
    for (let at = 0; at + 1 < bytes.length; at += 2)
      loudest = Math.max(loudest, Math.abs(bytes.readInt16LE(at)));
  });
  const stop = async () => {
    if (recorder.exitCode !== null || recorder.signalCode !== null) return;
    recorder.kill();
    await once(recorder, 'exit');
  };
  opened.push(stop);
  return {
    stop,
    /** The loudest sample since it was last asked. */
    async hears() {
      loudest = 0;
      await new Promise((resolve) => recorder.stdout.once('data', resolve));
      await new Promise((resolve) => recorder.stdout.once('data', resolve));
      return loudest > 1000;
    },
  };
}

/** A tone out of one output, until the test ends. */
function playOn(sink: string): void {
  const tone = Buffer.alloc(48_000 * 4);
  for (let at = 0; at < tone.length; at += 2) tone.writeInt16LE(Math.round(12_000 * Math.sin(at / 17)), at);
  const player = spawn(
    'pacat',
    ['--playback', '--raw', `--device=${sink}`, '--rate=48000', '--latency-msec=50'],
    {
      env: { ...process.env, ...audio.env },
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  player.stdin.on('error', () => undefined);
  const feed = () => {
    while (player.stdin.write(tone));
    player.stdin.once('drain', feed);
  };
  feed();
  opened.push(async () => {
    player.kill();
    await once(player, 'exit');
  });
}

describe('the sound of a Linux computer', () => {
  test('is a device while it is wanted, and nothing is left of it afterwards', async () => {
    const before = await modules();
    const systemAudio = start();
    expect(await statusOf(systemAudio)).toMatchObject({ way: 'device', obstacle: null, device: null });
    const { device } = await openIt(systemAudio);
    expect(device).toEqual({ label: `Lectern-system-audio-${OURS}`, generation: 1 });
    expect(await audio.control('list', 'sources')).toContain(`Description: Lectern-system-audio-${OURS}`);
    playOn('first');
    const listener = listen(`lectern_system_audio_${OURS}`);
    await expect.poll(() => listener.hears()).toBe(true);
    await listener.stop();
    await closeIt(systemAudio);
    expect(await modules()).toEqual(before);
  });

  test('goes on from another output when that becomes the default one, without a break for who listens', async () => {
    const systemAudio = start();
    await openIt(systemAudio);
    playOn('second');
    const listener = listen(`lectern_system_audio_${OURS}`);
    expect(await listener.hears()).toBe(false);
    await audio.control('set-default-sink', 'second');
    await expect.poll(() => listener.hears()).toBe(true);
    expect((await statusOf(systemAudio)).device).toMatchObject({ generation: 1 });
  });

  test('names the output that a program plays on elsewhere, and goes on from there when asked to', async () => {
    const systemAudio = start();
    const listenTo = (output: string) => systemAudio.handlers['system_audio.open']({ output });
    await openIt(systemAudio);
    const listener = listen(`lectern_system_audio_${OURS}`);
    expect(await statusOf(systemAudio)).toMatchObject({ output: { name: 'first' }, playing_elsewhere: [] });
    playOn('second');
    await expect
      .poll(async () => (await statusOf(systemAudio)).playing_elsewhere)
      .toMatchObject([{ name: 'second' }]);
    expect(await listener.hears()).toBe(false);

    await expect(listenTo('third')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await listenTo('second')).toMatchObject({ output: { name: 'second' }, playing_elsewhere: [] });
    await expect.poll(() => listener.hears()).toBe(true);
    expect((await statusOf(systemAudio)).device, 'without a break').toMatchObject({ generation: 1 });

    // A new default output is what counts from then on, also when it was the default one before.
    await addOutput('third');
    await audio.control('set-default-sink', 'third');
    await expect.poll(() => listener.hears()).toBe(false);
    await audio.control('set-default-sink', 'first');
    await expect.poll(async () => (await statusOf(systemAudio)).output).toMatchObject({ name: 'first' });
    expect(await listener.hears()).toBe(false);
  });

  test('goes back to the default output when the chosen one is unplugged', async () => {
    const systemAudio = start();
    await openIt(systemAudio);
    await systemAudio.handlers['system_audio.open']({ output: 'second' });
    const second = (await modules()).find((line) => line.includes('sink_name=second'))?.split('\t')[0] ?? '';
    await audio.control('unload-module', second);
    await expect
      .poll(() => statusOf(systemAudio))
      .toMatchObject({ output: { name: 'first' }, device: { generation: 2 } });
  });

  test('does not take what its own sound server passes on for a program that plays', async () => {
    await audio.control('load-module', 'module-loopback', 'source=first.monitor', 'sink=second');
    expect((await statusOf(start())).playing_elsewhere).toEqual([]);
  });

  test('is another device once its output was unplugged, so that nobody goes on recording what took its place', async () => {
    const systemAudio = start();
    await openIt(systemAudio);
    listen(`lectern_system_audio_${OURS}`);
    const unplugged =
      (await modules()).find((line) => line.includes('sink_name=first'))?.split('\t')[0] ?? '';
    await audio.control('set-default-sink', 'first');
    await audio.control('unload-module', unplugged);
    await expect.poll(async () => (await statusOf(systemAudio)).device).toMatchObject({ generation: 2 });
    expect(await sources()).toContain(`lectern_system_audio_${OURS}`);
  });

  test('stays for another page that listens to it still, and goes when that does', async () => {
    const systemAudio = start();
    await openIt(systemAudio);
    const listener = listen(`lectern_system_audio_${OURS}`);
    await listener.hears();
    await closeIt(systemAudio);
    expect(await sources()).toContain(`lectern_system_audio_${OURS}`);
    await listener.stop();
    await expect.poll(sources).not.toContain(`lectern_system_audio_${OURS}`);
  });

  test('is taken down when nobody has listened to it for a while', async () => {
    const systemAudio = start({ idleMs: 100 });
    await openIt(systemAudio);
    await expect.poll(sources).not.toContain(`lectern_system_audio_${OURS}`);
    expect((await openIt(systemAudio)).device).toMatchObject({ generation: 2 });
  });

  test('left behind by a crash is removed at the next launch; what is not ours, or lives, is left alone', async () => {
    const name = (pid: number) => `source_name=lectern_system_audio_${pid}`;
    await addRemap('master=first.monitor', name(DEAD));
    await addRemap('master=first.monitor', name(OURS));
    await addRemap('master=first.monitor', name(ALIVE));
    await addRemap(
      'master=first.monitor',
      `source_name=my_${DEAD}`,
      `source_properties=device.description=lectern_system_audio_${DEAD}`,
    );
    await addRemap('master=first.monitor', `source_name=lectern_system_audio_${DEAD}_backup`);
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'killed-holder.ts')], {
      env: { ...process.env, ...audio.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(await sources()).toContain(`lectern_system_audio_${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');

    const systemAudio = start();
    await expect.poll(sources).not.toContain(`lectern_system_audio_${holder.pid}`);
    const left = (await sources()).filter((source) => source?.match(/lectern|my_/));
    expect(new Set(left)).toEqual(
      new Set([`lectern_system_audio_${ALIVE}`, `lectern_system_audio_${DEAD}_backup`, `my_${DEAD}`]),
    );
    await systemAudio.close();
  });

  test('is said not to be available, and why, before anybody records', async () => {
    const without = start({ environment: { ...audio.env, PATH: '/nowhere' } });
    expect(await statusOf(without)).toMatchObject({ way: 'none', obstacle: 'program_missing' });
    await expect(openIt(without)).rejects.toMatchObject({ code: 'SYSTEM_AUDIO_UNAVAILABLE' });
    const silent = start({ environment: { ...process.env, ...audio.env, PULSE_SERVER: 'unix:/nowhere' } });
    expect(await statusOf(silent)).toMatchObject({ way: 'none', obstacle: 'no_sound_server' });
    const ours = start();
    for (const line of await modules())
      if (line.includes('module-null-sink')) await audio.control('unload-module', line.split('\t')[0] ?? '');
    expect(await statusOf(ours)).toMatchObject({ way: 'none', obstacle: 'no_output' });
    await expect(openIt(ours)).rejects.toMatchObject({ code: 'SYSTEM_AUDIO_UNAVAILABLE' });
  });
});
