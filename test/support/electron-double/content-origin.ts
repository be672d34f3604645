import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Stands for a privileged scheme's host in Chromium: *.localhost is a secure context, as app:// is in Electron. */
export const CONTENT_HOST = 'app-double.localhost';
const CONTENT_ORIGIN = `http://${CONTENT_HOST}`;

export type ProtocolHandler = (request: Request) => Response | Promise<Response>;

/** The one privileged scheme and host the double maps, learned from the first app URL it is asked to load. */
let mappedOrigin = 'app://unset';

/** app://host/path as Chromium is told it. Other URLs pass unchanged. */
export function toChromiumUrl(url: string, isPrivileged: (scheme: string) => boolean): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(.*)$/i.exec(url);
  if (match === null || match[1] === undefined || !isPrivileged(match[1])) return url;
  mappedOrigin = `${match[1]}://${match[2] ?? ''}`;
  return `${CONTENT_ORIGIN}${match[3] ?? '/'}`;
}

/** What Chromium calls it, as the main bundle knows it. */
export function toElectronUrl(url: string): string {
  if (url === CONTENT_ORIGIN) return mappedOrigin;
  return url.startsWith(`${CONTENT_ORIGIN}/`) ? mappedOrigin + url.slice(CONTENT_ORIGIN.length) : url;
}

/** Serves what the main bundle's protocol handler answers. */
export async function serveContent(
  handlerOf: (scheme: string) => ProtocolHandler | undefined,
): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    const scheme = mappedOrigin.slice(0, mappedOrigin.indexOf(':'));
    respond(handlerOf(scheme), incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return { server, port: address.port };
}

async function respond(
  handler: ProtocolHandler | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const abort = new AbortController();
  outgoing.once('close', () => abort.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === 'string') headers.set(name, name === 'origin' ? toElectronUrl(value) : value);
  }
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  const request = new Request(mappedOrigin + (incoming.url ?? '/'), {
    method: incoming.method ?? 'GET',
    headers,
    signal: abort.signal,
    ...(hasBody ? { body: bytesOf(incoming), duplex: 'half' as const } : {}),
  });
  const response =
    handler === undefined ? new Response('no handler', { status: 500 }) : await handler(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  try {
    for await (const bytes of response.body) {
      if (!outgoing.write(bytes)) await once(outgoing, 'drain', { signal: abort.signal });
    }
    outgoing.end();
  } catch {
    // The reader went away, or the body broke off: either way the transfer is not whole.
    outgoing.destroy();
  }
}

/** The body as the web's kind of stream, one chunk asked for at a time. */
function bytesOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Buffer> = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(Uint8Array.from(next.value));
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
