import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A screen that nobody sees, with a window manager on it: without one no window is ever minimised. */
export interface XDisplay {
  /** The value of DISPLAY. */
  readonly name: string;
  stop(): void;
}

export async function startXDisplay(): Promise<XDisplay> {
  // The server picks a number that is free, and writes it to the descriptor it is given.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    createInterface({ input: readableOf(server) }).once('line', resolve);
    server.once('error', reject).once('exit', () => reject(new Error('Xvfb ended before it was ready')));
  });
  const name = `:${number}`;
  const manager = spawn('openbox', ['--sm-disable'], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: name },
  });
  const stop = (): void => {
    manager.kill();
    server.kill();
  };
  process.once('exit', stop);
  return { name, stop };
}

function readableOf(child: ChildProcess): Readable {
  const stream = child.stdio[3];
  if (stream === null || stream === undefined || !('read' in stream))
    throw new Error('expected a pipe to Xvfb');
  return stream;
}
