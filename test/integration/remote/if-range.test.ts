import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileResponse } from '../../../src-main/remote/file-response.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('sends the rest of a file only to who has the beginning of the same one', async () => {
  const path = join(await temporaryFolder(), 'talk.wav');
  await writeFile(path, 'first state');
  const get = (headers: Record<string, string>) =>
    fileResponse(new Request('http://localhost/talk.wav', { headers }), path);
  const { headers } = await get({});
  const etag = headers.get('etag') ?? '';
  const date = headers.get('last-modified') ?? '';
  expect(etag).toMatch(/^"[^"]+"$/);
  for (const validator of [etag, date]) {
    const part = await get({ range: 'bytes=6-', 'if-range': validator });
    expect([part.status, await part.text()]).toEqual([206, 'state']);
  }
  for (const other of ['"other"', `W/${etag}`, 'Thu, 01 Jan 1970 00:00:00 GMT', 'nonsense']) {
    const whole = await get({ range: 'bytes=6-', 'if-range': other });
    expect([other, whole.status, whole.headers.get('content-range'), await whole.text()]).toEqual([
      other,
      200,
      null,
      'first state',
    ]);
  }
  await writeFile(`${path}.new`, 'other state');
  await rename(`${path}.new`, path);
  const changed = await get({ range: 'bytes=6-', 'if-range': etag });
  expect([changed.status, await changed.text()]).toEqual([200, 'other state']);
});
