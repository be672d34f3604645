import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A private PulseAudio: what is played into its speaker comes out of its microphone, sample for sample. */
export interface AudioServer {
  /** What a program needs in its environment to find this server and no other. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Plays raw interleaved signed 16-bit stereo at 48 kHz into the microphone, or into another sink. With a short latency
   * the sink keeps to its clock even while nobody listens.
   */
  play(pcmPath: string, options?: { latencyMs?: number; sink?: string }): Playback;
  /** Asks or tells the server something, as `pactl` would. */
  control(...args: string[]): Promise<string>;
  /**
   * Plays the same from within the server, which no busy machine interrupts, and to its clock even while nobody else
   * listens.
   */
  playInside(pcmPath: string, options?: { sink?: string }): Promise<{ stop(): void }>;
  /** Takes the microphone away, as pulling its cable would, and the speaker behind it. */
  unplugMicrophone(): Promise<void>;
  plugInMicrophone(): Promise<void>;
  /** Takes the microphone away and leaves the speaker, so that the system may hand over another source instead. */
  removeMicrophone(): Promise<void>;
  /** Connects another microphone, which hears nothing, and makes it the default if asked to. */
  addMicrophone(label: string, options?: { makeDefault?: boolean }): Promise<void>;
  /** Mutes the microphone in the system's mixer, or not. */
  mute(muted: boolean): Promise<void>;
  /** From now on the microphone delivers nothing at all, or goes on. */
  stall(stalled: boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface Playback {
  /** Resolves when everything was played. */
  readonly finished: Promise<void>;
  stop(): void;
}

export const MICROPHONE_LABEL = 'Test_Microphone';

const SPEAKER_MODULE = ['module-null-sink', 'sink_name=speaker', 'rate=48000', 'channels=2', 'format=s16le'];

const MICROPHONE_MODULE = [
  'module-remap-source',
  'master=speaker.monitor',
  'source_name=microphone',
  `source_properties=device.description=${MICROPHONE_LABEL}`,
  // Its own channels, not a downmix.
  'channels=2',
  'remix=no',
];

export async function startAudioServer(options: { microphone?: boolean } = {}): Promise<AudioServer> {
  const home = await mkdtemp(join(tmpdir(), 'lectern-audio-'));
  const socket = join(home, 'native');
  const cliSocket = join(home, 'cli');
  const env = { HOME: home, XDG_RUNTIME_DIR: home, PULSE_SERVER: `unix:${socket}`, PULSE_RUNTIME_PATH: home };
  const inEnvironment = { ...process.env, ...env };
  const config = join(home, 'daemon.conf');
  await writeFile(
    config,
    [
      'default-sample-rate = 48000',
      'default-sample-format = s16le',
      'exit-idle-time = -1',
      'flat-volumes = no',
    ].join('\n'),
  );
  const server = spawn(
    'pulseaudio',
    [
      '-n',
      '--daemonize=no',
      '--use-pid-file=no',
      '--disable-shm=yes',
      '--log-target=stderr',
      `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
      `--load=module-cli-protocol-unix socket=${cliSocket}`,
    ],
    { env: { ...inEnvironment, PULSE_CONFIG: config }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(server, 'exit');
  const control = async (...args: string[]) =>
    (await run('pactl', args, { env: inEnvironment })).stdout.trim();

  /** What `pactl` has no word for. */
  const command = async (words: string) => {
    const connection = connect(cliSocket);
    await once(connection, 'connect');
    connection.end(`${words}\n`);
    let answer = '';
    for await (const piece of connection) answer += String(piece);
    if (/fail|error|no such/i.test(answer))
      throw new Error(`expected PulseAudio to ${words}, it said: ${answer}`);
  };

  await answering(server, control);
  let modules: string[] = [];
  const audioServer: AudioServer = {
    env,
    control,
    play(pcmPath, { latencyMs, sink = 'speaker' } = {}) {
      const player = spawn(
        'pacat',
        [
          '--playback',
          '--raw',
          `--device=${sink}`,
          '--rate=48000',
          '--channels=2',
          '--format=s16le',
          ...(latencyMs === undefined ? [] : [`--latency-msec=${latencyMs}`]),
          pcmPath,
        ],
        { env: inEnvironment, stdio: 'ignore' },
      );
      return { finished: once(player, 'exit').then(() => undefined), stop: () => void player.kill() };
    },
    async playInside(pcmPath, { sink = 'speaker' } = {}) {
      const wavPath = join(home, `sound-${sink}.wav`);
      await writeFile(wavPath, asWav(await readFile(pcmPath)));
      // While nobody listens the server renders two seconds at once, and whoever comes then hears the later one.
      const listener = spawn('parec', [`--device=${sink}.monitor`, '--latency-msec=20'], {
        env: inEnvironment,
        stdio: 'ignore',
      });
      await once(listener, 'spawn');
      await command(`play-file ${wavPath} ${sink}`);
      return { stop: () => void listener.kill() };
    },
    async plugInMicrophone() {
      if (modules.length > 0) return;
      for (const module of [SPEAKER_MODULE, MICROPHONE_MODULE])
        modules.unshift(await control('load-module', ...module));
      await control('set-default-source', 'microphone');
    },
    async removeMicrophone() {
      const [microphone, ...others] = modules;
      if (microphone === undefined) return;
      await control('unload-module', microphone);
      modules = others;
    },
    async addMicrophone(label, { makeDefault = false } = {}) {
      const name = label.toLowerCase();
      await control('load-module', 'module-null-sink', `sink_name=${name}_sink`);
      await control(
        'load-module',
        'module-remap-source',
        `master=${name}_sink.monitor`,
        `source_name=${name}`,
        `source_properties=device.description=${label}`,
      );
      if (makeDefault) await control('set-default-source', name);
    },
    async mute(muted) {
      await control('set-source-mute', 'microphone', muted ? '1' : '0');
    },
    async stall(stalled) {
      await control('suspend-sink', 'speaker', stalled ? '1' : '0');
    },
    async unplugMicrophone() {
      // The speaker goes too: PulseAudio would hand its monitor to whoever was listening to the microphone.
      for (const module of modules) await control('unload-module', module);
      modules = [];
    },
    async stop() {
      server.kill();
      await exited;
      await rm(home, { recursive: true, force: true });
    },
  };
  if (options.microphone !== false) await audioServer.plugInMicrophone();
  return audioServer;
}

/** Asks until the server answers, and fails with its own words if it does not live to. */
async function answering(
  server: ChildProcess,
  control: (...args: string[]) => Promise<string>,
): Promise<void> {
  let words = '';
  server.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt += 1) {
    const answered = await control('info').then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  server.kill();
  throw new Error(`expected PulseAudio to start, it said: ${words}`);
}

/** 48 kHz stereo, signed 16-bit. */
function asWav(samples: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(48_000 * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
