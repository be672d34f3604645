import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LecternError, toWireError } from './contract/errors.ts';
import { defaultDataDir } from './launch/data-folder.ts';
import { ignoreClosedOutput } from './launch/closed-output.ts';
import { onTermination } from './launch/on-termination.ts';
import { openRecorder } from './open-recorder.ts';
import { projectDir, readPackageVersion } from './launch/package-version.ts';
import { announceServer } from './launch/server-note.ts';
import { descriptorLimit } from './launch/descriptor-limit.ts';
import { logToStderr, machineAddresses, thisMachine, thisProcess } from './launch/this-machine.ts';
import type { Recorder } from './recorder.ts';
import { createToken } from './remote/access.ts';
import { type Environment, parseServerEnvironment } from './remote/environment.ts';
import { filePath } from './remote/files-route.ts';
import { isLoopback } from './remote/host-names.ts';
import { listen } from './remote/listen.ts';
import type { Log } from './runtime/log.ts';
import { createSystemAudio } from './system-audio/system-audio.ts';

/** Tried first where no port was given, so that the address is usually the same. */
const USUAL_PORT = 7717;

export interface ServerOptions {
  /** 0 takes any free port; absent tries the usual one first. A given port that is in use is an error. */
  readonly port?: number;
  /** The address to bind; loopback where absent. */
  readonly host?: string;
  readonly dataDir?: string;
  /** Lets everyone with the token name programs, servers and folders, even from other machines. */
  readonly allowReach?: boolean;
  /** The profile of every session that names none. */
  readonly profile?: string;
  readonly environment?: Environment;
  readonly log?: Log;
  /** Opens the app's window where this process has one, on request of a later launch. */
  readonly openWindow?: () => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  /** `ws://127.0.0.1:PORT/ws/` */
  readonly wsUrl: string;
  readonly token: string;
  readonly port: number;
  readonly dataDir: string;
  readonly recorder: Recorder;
  /** False where another server on the same data folder is already announced; later launches find that one. */
  readonly announced: boolean;
  /** An address that opens the page once, for places that others can read. */
  createTicketUrl(): string;
  /** Finalises every session, then stops. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/** The browser shell's server: encoder, recorder and loopback HTTP. Throws PORT_IN_USE, INVALID_INPUT and others. */
export async function startServer({
  port,
  host = '127.0.0.1',
  allowReach = false,
  dataDir = defaultDataDir(thisMachine),
  profile,
  environment = process.env,
  log = logToStderr,
  openWindow,
}: ServerOptions = {}): Promise<RunningServer> {
  const { defaults, recordingsDir } = parseServerEnvironment(environment, profile);
  const token = createToken();
  const version = readPackageVersion();
  const listening = await listen({
    openRecorder: () =>
      openRecorder({
        dataDir: resolve(dataDir),
        ...(recordingsDir === undefined ? {} : { recordingsDir: resolve(recordingsDir) }),
        defaults,
        version,
        environment,
        log,
        transcribes: true,
        allowsReach: allowReach || isLoopback(host),
        systemAudio: createSystemAudio({ ...thisProcess, ...thisMachine, environment, log }),
        // Relative, so that it is right for every name and port of this server.
        fileUrl: filePath,
      }),
    host,
    ports: port === undefined ? [USUAL_PORT, 0] : [port],
    token,
    version,
    rendererDir: join(projectDir, 'out', 'renderer'),
    machineAddresses,
    descriptors: descriptorLimit(),
    log,
    ...(openWindow === undefined ? {} : { openWindow }),
  });
  if (!isLoopback(host))
    log('warn', 'Reachable from other machines: whoever has the token can record and listen, unencrypted', {
      host,
    });
  const { url, wsUrl, recorder, access } = listening;
  const note = await announceServer(
    {
      port: listening.port,
      url,
      token,
      kind: openWindow === undefined ? 'server' : 'app',
      started_at: new Date().toISOString(),
    },
    resolve(dataDir),
  );
  return {
    url,
    wsUrl,
    token,
    port: listening.port,
    dataDir: resolve(dataDir),
    recorder,
    announced: note.announced,
    createTicketUrl: () => `${url}?token=${access.createTicket()}`,
    close: async () => {
      await note.withdraw();
      await listening.close();
    },
  };
}

/** The line of JSON that a program reads to find the server it started. */
export function serverLine({ url, wsUrl, token }: Pick<RunningServer, 'url' | 'wsUrl' | 'token'>): string {
  return JSON.stringify({ url, ws: wsUrl, token, pid: process.pid });
}

/** `--port` as given on a command line. Throws INVALID_INPUT. */
export function parsePort(text: string): number {
  const port = z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .safeParse(text.trim() === '' ? NaN : text);
  if (!port.success)
    throw new LecternError(
      'INVALID_INPUT',
      `--port: expected a number from 0 to 65535, got ${JSON.stringify(text)}`,
    );
  return port.data;
}

/** Prints the address, and serves until a signal comes. */
export async function serveUntilSignalled(options: ServerOptions): Promise<void> {
  const server = await startServer(options);
  onTermination(() => server.close());
  process.stdout.write(`${serverLine(server)}\n`);
}

async function main(): Promise<void> {
  ignoreClosedOutput();
  let options: ServerOptions;
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'allow-reach': { type: 'boolean' },
        dir: { type: 'string' },
        profile: { type: 'string' },
      },
    });
    options = {
      ...(values.port === undefined ? {} : { port: parsePort(values.port) }),
      ...(values.host === undefined ? {} : { host: values.host }),
      allowReach: values['allow-reach'] === true,
      ...(values.dir === undefined ? {} : { dataDir: values.dir }),
      ...(values.profile === undefined ? {} : { profile: values.profile }),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
    return;
  }
  try {
    await serveUntilSignalled(options);
  } catch (error) {
    const { code, message } = toWireError(error);
    process.stderr.write(`${message}\n`);
    process.exitCode = code === 'INVALID_INPUT' ? 2 : 1;
  }
}

const [, startedFile] = process.argv;
if (startedFile !== undefined && realpathSync(startedFile) === import.meta.filename) await main();
