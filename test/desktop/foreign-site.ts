import { createServer } from 'node:http';

/** A web page that is not ours, and what was asked of it. */
export interface ForeignSite {
  readonly url: string;
  /** Paths requested so far. */
  readonly requests: readonly string[];
  close(): void;
}

export async function serveForeignSite(): Promise<ForeignSite> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Foreign</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
