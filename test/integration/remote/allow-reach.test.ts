import { expect, it } from 'vitest';
import { startServer } from '../../support/server-process.ts';

it.each([
  [['--host', '0.0.0.0'], 403],
  [['--host', '0.0.0.0', '--allow-reach'], 200],
  [[], 200],
])('with %j, a token holder that sets the folder for recordings is answered %i', async (args, status) => {
  const { url, headers, dir } = await startServer({}, { args });
  const local = new URL('/api/settings', url);
  local.hostname = '127.0.0.1';
  const answer = await fetch(local, {
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ recordings_dir: dir }),
  });
  expect(answer.status).toBe(status);
});
