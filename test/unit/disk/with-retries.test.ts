import { expect, test } from 'vitest';
import { withRetries } from '../../../src-main/disk/read-fully.ts';

function failing(code: string, times: number) {
  const asked = { count: 0 };
  const ask = (): Promise<string> => {
    asked.count++;
    if (asked.count > times) return Promise.resolve('read');
    return Promise.reject(Object.assign(new Error(code), { code }));
  };
  return { asked, ask };
}

test.each(['EIO', 'EAGAIN', 'EBUSY', 'EACCES', 'ESTALE'])(
  'a disk that fails with %s is asked again',
  async (code) => {
    const { asked, ask } = failing(code, 2);
    expect(await withRetries(ask)).toBe('read');
    expect(asked.count).toBe(3);
    const always = failing(code, Infinity);
    await expect(withRetries(always.ask)).rejects.toThrow(code);
    expect(always.asked.count).toBe(4);
  },
);

test.each(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'])(
  '%s is an answer, asked for once',
  async (code) => {
    const { asked, ask } = failing(code, Infinity);
    await expect(withRetries(ask)).rejects.toThrow(code);
    expect(asked.count).toBe(1);
  },
);
