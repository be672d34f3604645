import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const modulePath = join(import.meta.dirname, '../../../src-main/runtime/descriptors.ts');

/** Takes every descriptor, and then starts a program and opens a file. */
const SCRIPT = `
  const { openSync, readdirSync } = await import('node:fs');
  const { open } = await import('node:fs/promises');
  const { spawn } = await import('node:child_process');
  const { reserveDescriptors, spawnWithReserve, whenThereIsRoom } = await import(process.argv[1]);
  const start = () => spawnWithReserve(() => spawn('/bin/cat', [], { stdio: 'pipe' }));
  const release = reserveDescriptors(Number(process.argv[2]));
  try { for (;;) openSync('/dev/null', 'r'); } catch {}
  try {
    const child = start();
    child.stdin.end('heard');
    let text = '';
    for await (const bytes of child.stdout) text += bytes;
    const file = await whenThereIsRoom(() => open('/dev/null', 'r'));
    console.log(text, typeof file.fd);
  } catch (error) {
    console.log(error.code);
  }
  release();
`;

async function run(reserved: number): Promise<string> {
  const child = spawn('/bin/sh', [
    '-c',
    'ulimit -n 64; exec "$@"',
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    SCRIPT,
    modulePath,
    String(reserved),
  ]);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  return `${said.trim()} ${child.exitCode}`;
}

it.skipIf(process.platform === 'win32')(
  'an encoder starts and a file opens on the reserve where others hold every descriptor',
  async () => {
    expect(await run(16)).toBe('heard number 0');
  },
);

it.skipIf(process.platform === 'win32')(
  'a program that finds no descriptors is an error that can be caught, and not the end of the process',
  async () => {
    expect(await run(0)).toBe('EMFILE 0');
  },
);
