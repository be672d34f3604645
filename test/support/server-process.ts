import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { serverMessageSchema, type ServerMessage } from '../../src-main/contract/server-messages.ts';
import { temporaryFolder } from './temporary-folder.ts';

const root = join(import.meta.dirname, '../..');
const lineSchema = z.strictObject({ url: z.url(), ws: z.url(), token: z.string().min(20), pid: z.int() });

interface SpawnedServer {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
}

/** `serve.ts` as a process of its own. `descriptors` is how many files and sockets it may have open at once. */
export function spawnServer(
  args: readonly string[],
  environment: Record<string, string> = {},
  descriptors?: number,
): SpawnedServer {
  const command = [process.execPath, join(root, 'src-main', 'serve.ts'), ...args];
  const limited =
    descriptors === undefined
      ? command
      : ['/bin/sh', '-c', `ulimit -n ${descriptors}; exec "$@"`, 'sh', ...command];
  const [program = '', ...rest] = limited;
  const child = spawn(program, rest, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const exited = once(child, 'exit').then(() => child.exitCode);
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await exited;
  });
  return { child, stdout: () => said.stdout, stderr: () => said.stderr, exited };
}

async function firstLine({ child, stdout, stderr, exited }: SpawnedServer): Promise<string> {
  while (!stdout().includes('\n')) {
    const ended = child.stdout === null ? exited : Promise.race([once(child.stdout, 'data'), exited]);
    await ended;
    if (child.exitCode !== null) throw new Error(`The server ended: ${stderr()}`);
  }
  return stdout().split('\n', 1)[0] ?? '';
}

export interface ServerProcessOptions {
  readonly descriptors?: number;
  readonly args?: readonly string[];
  /** A data folder that is there already. */
  readonly dir?: string;
}

/** The same, once it listens. */
export async function startServer(
  environment: Record<string, string> = {},
  { descriptors, args = [], dir }: ServerProcessOptions = {},
) {
  const dataDir = dir ?? (await temporaryFolder());
  const server = spawnServer(['--port', '0', '--dir', dataDir, ...args], environment, descriptors);
  const line = lineSchema.parse(JSON.parse(await firstLine(server)));
  return { ...server, ...line, dir: dataDir, headers: { authorization: `Bearer ${line.token}` } };
}

/** A client that keeps every message, and can wait for one of a kind. */
export async function openSession(wsUrl: string, token: string, sessionId: string) {
  const socket = new WebSocket(`${wsUrl}${sessionId}?token=${token}`);
  const messages: ServerMessage[] = [];
  socket.on('message', (data: Buffer) => {
    messages.push(serverMessageSchema.parse(JSON.parse(data.toString())));
    socket.emit('heard');
  });
  await once(socket, 'open');
  const hear = async <Type extends ServerMessage['type']>(type: Type) => {
    for (;;) {
      const found = messages.find(
        (message): message is Extract<ServerMessage, { type: Type }> => message.type === type,
      );
      if (found !== undefined) return found;
      await once(socket, 'heard');
    }
  };
  return { socket, messages, hear, say: (message: object) => socket.send(JSON.stringify(message)) };
}
