import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wav': 'audio/wav',
  '.wasm': 'application/wasm',
};

/** A path of plain names: no `..`, nothing hidden, no drive, no backslash, however it is encoded. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/**
 * Answers for the built page in `rendererDir`, or with undefined where it has no such file. Works on web Requests
 * alone, for both shells.
 */
export function createRendererFiles(
  rendererDir: string,
): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname === '/' ? '/index.html' : pathname;
    const type = CONTENT_TYPES[extname(path)];
    if (type === undefined || !PLAIN_PATH.test(path)) return undefined;
    const bytes = await readFile(join(rendererDir, path)).catch(() => undefined);
    if (bytes === undefined) return pathname === '/' ? notBuilt() : undefined;
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), {
      headers: {
        'Content-Type': type,
        'Content-Length': String(bytes.byteLength),
        // The names of files in assets/ change with their content.
        'Cache-Control': path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
      },
    });
  };
}

function notBuilt(): Response {
  return messagePage(503, 'The page is not built yet', 'Run <code>npm run build</code>, then reload.');
}

/** A page of plain words. `body` is HTML of our own, never a client's text. */
export function messagePage(status: number, title: string, body: string): Response {
  return new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lectern</title><h1>${title}</h1><p>${body}</p></html>\n`,
    { status, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } },
  );
}
