import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { askInTime } from '../../../src-main/disk/ask-in-time.ts';

test('a disk that does not answer is given up, and asked nothing more about that folder until it does', async () => {
  const { promise: answer, resolve } = Promise.withResolvers<string>();
  const asked: string[] = [];
  const question = (path: string): Promise<string> => {
    asked.push(path);
    return path === '/dead' ? answer : Promise.resolve('there');
  };
  await expect(askInTime('/dead', question, 0)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await expect(askInTime('/dead', question, 0)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  expect(await askInTime('/alive', question, 1000)).toBe('there');
  expect(asked).toEqual(['/dead', '/alive']);
  resolve('back');
  await setImmediate();
  expect(await askInTime('/dead', question, 1000)).toBe('back');
});
