import { readdir, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openSession, startServer } from '../../support/server-process.ts';

it('a second connection goes on with an automatic recording, in the same file', async () => {
  const { ws, token, dir, child, exited } = await startServer({ ENABLE_BACKEND_RECORDING: 'true' });
  const audio = Buffer.from(seededBytes(8, 20 * 3200));
  const sendTen = async (session: Awaited<ReturnType<typeof openSession>>, from: number) => {
    for (let chunk = from; chunk < from + 10; chunk++)
      session.socket.send(audio.subarray(chunk * 3200, (chunk + 1) * 3200));
    session.say({ action: 'status' });
    return session.hear('status');
  };
  const first = await openSession(ws, token, 'auto');
  expect((await sendTen(first, 0)).chunks_received).toBe(10);
  const second = await openSession(ws, token, 'auto');
  expect((await sendTen(second, 10)).chunks_received).toBe(20);
  expect(second.messages.filter(({ type }) => type === 'error')).toEqual([]);
  second.socket.close();
  await once(second.socket, 'close');
  child.kill('SIGTERM');
  await exited;
  const names = await readdir(join(dir, 'recordings'), { recursive: true });
  const masters = names.filter((name) => /user_\d+\.wav$/.test(name));
  expect(masters).toHaveLength(1);
  expect((await readFile(join(dir, 'recordings', masters[0] ?? ''))).subarray(44).equals(audio)).toBe(true);
});
