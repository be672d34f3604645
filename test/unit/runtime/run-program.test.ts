import { once } from 'node:events';
import { getPriority } from 'node:os';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../../src-main/runtime/run-program.ts';
import { startProgram } from '../../../src-main/runtime/start-program.ts';
import { isAlive } from '../../support/is-alive.ts';

const ENOUGH = { maxOutputBytes: 1024 * 1024 };
const node = (script: string, ...args: readonly string[]) => ['-e', script, '--', ...args];

test('arguments reach a program as they are: no shell reads them', async () => {
  const args = ['$HOME', '`id`', 'a b', '"', '*', ';', ''];
  const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
  const { stdout, exitCode } = await runProgram(process.execPath, node(script, ...args), ENOUGH);
  expect([JSON.parse(stdout.toString()), exitCode]).toEqual([args, 0]);
});

test('how a program ended is told: its exit code, a signal, or why it could not be run', async () => {
  expect(await runProgram('sh', ['-c', 'echo no >&2; exit 3'])).toMatchObject({
    ...{ exitCode: 3, signal: undefined, error: undefined, words: 'no\n', stopped: undefined },
  });
  expect(await runProgram('sh', ['-c', 'kill -TERM $$'])).toMatchObject({
    ...{ exitCode: undefined, signal: 'SIGTERM', error: undefined },
  });
  expect(await runProgram('/nothing/here', [])).toMatchObject({ error: { code: 'ENOENT' } });
});

test('of endless words the beginning and the end are kept', async () => {
  const { words } = await runProgram('sh', ['-c', 'echo first >&2; seq 20000 >&2; echo last >&2']);
  expect(words).toMatch(/^first\n1\n/);
  expect(words).toMatch(/20000\nlast\n$/);
  expect(words.length).toBeLessThan(100_000);
});

describe.each([{ ownGroup: true }, { ownGroup: false }])('a program is ended (%o)', (group) => {
  test('that prints more than it may', async () => {
    const run = await runProgram('sh', ['-c', 'yes'], { ...group, maxOutputBytes: 1000 });
    expect(run).toMatchObject({ stopped: 'excess', signal: 'SIGKILL' });
    expect(run.stdout.length).toBeLessThanOrEqual(1000);
  });

  test('that takes too long', async () => {
    expect(await runProgram('sleep', ['600'], { ...group, timeoutMs: 50 })).toMatchObject({
      ...{ stopped: 'late', signal: 'SIGKILL' },
    });
  });

  test('that is called off, before it runs or while it does', async () => {
    const abort = new AbortController();
    const onStart = () => setImmediate(() => abort.abort());
    for (let time = 0; time < 2; time++)
      expect(await runProgram('sleep', ['600'], { ...group, signal: abort.signal, onStart })).toMatchObject({
        ...{ stopped: 'aborted', signal: 'SIGKILL' },
      });
  });

  test('and what it started does not keep anybody waiting, though it holds the pipes', async () => {
    const script = 'sleep 600 & echo $!; exit 4';
    const { exitCode, stdout } = await runProgram('sh', ['-c', script], { ...group, ...ENOUGH });
    expect(exitCode).toBe(4);
    const pid = Number(stdout.toString());
    expect(pid).toBeGreaterThan(1);
    if (group.ownGroup) await expect.poll(() => isAlive(pid)).toBe(false);
    else process.kill(pid, 'SIGKILL');
  });
});

test('what a leader of a group started ends with it where it is called off', async () => {
  const running = startProgram('sh', ['-c', 'sleep 600 & echo $!; wait'], { ownGroup: true });
  const [line] = (await once(running.process.stdout, 'data')) as [Buffer];
  running.kill();
  expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
  await expect.poll(() => isAlive(Number(line.toString()))).toBe(false);
});

test('what is streamed into a program comes out whole, written as it can take it', async () => {
  const { process: child, ended } = startProgram('cat', []);
  const sent = Buffer.alloc(4 * 1024 * 1024, 'samples');
  const received: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => received.push(piece));
  for (let at = 0; at < sent.length; at += 256 * 1024)
    if (!child.stdin.write(sent.subarray(at, at + 256 * 1024))) await once(child.stdin, 'drain');
  child.stdin.end();
  expect(await ended).toMatchObject({ exitCode: 0, error: undefined });
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

test('a program that ends with input pending is told by how it ended', async () => {
  const { process: child, ended } = startProgram('sh', ['-c', 'exit 5']);
  child.stdin.write(Buffer.alloc(4 * 1024 * 1024));
  expect(await ended).toMatchObject({ exitCode: 5, error: undefined });
});

test('what has to wait for a recording runs at the lowest priority', async () => {
  const running = startProgram('sleep', ['600'], { lowPriority: true });
  expect(getPriority(running.process.pid ?? 0)).toBe(19);
  running.kill();
  await running.ended;
});
