import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isProcessAlive, isSameProcessAlive, processStarted } from '../../../src-main/runtime/processes.ts';

test('a process is alive until it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const started = processStarted(pid);
  expect([isProcessAlive(pid), isSameProcessAlive(pid, started)]).toEqual([true, true]);
  child.stdin.end();
  await once(child, 'exit');
  expect([isProcessAlive(pid), isSameProcessAlive(pid, started)]).toEqual([false, false]);
});

test('a later process of the same number is another one', () => {
  expect(isSameProcessAlive(process.pid, processStarted(process.pid))).toBe(true);
  expect(isSameProcessAlive(process.pid, 'another moment')).toBe(false);
});

test('a process of another user is alive, and no number below 1 is one', () => {
  expect([1, 0, -1, -process.pid].map(isProcessAlive)).toEqual([true, false, false, false]);
});
