import { setImmediate } from 'node:timers/promises';
import { Hono } from 'hono';
import { api, type ApiHandlers, type ApiName, isApiName } from '../contract/api.ts';
import { LecternError } from '../contract/errors.ts';
import { parseApiInput } from '../contract/parse-api-input.ts';
import { jsonPieces } from '../contract/json-pieces.ts';
import { errorResponse } from './error-response.ts';

/** Enough for most operations: notes have at most 20,000 characters. */
const MAX_BODY_BYTES = 256 * 1024;

/** One route for every operation of contract/api.ts. Errors are thrown to the application's own handler. */
export function createApiRoutes(handlers: ApiHandlers): Hono {
  const routes = new Hono();
  for (const name of Object.keys(api)) if (isApiName(name)) addRoute(routes, name, handlers);
  return routes;
}

function addRoute<Name extends ApiName>(routes: Hono, name: Name, handlers: Pick<ApiHandlers, Name>): void {
  const { method, path, maxBodyBytes: maxBytes = MAX_BODY_BYTES } = api[name];
  routes.on(method, path, async ({ req }) => {
    const hasBody = method === 'POST' || method === 'PATCH';
    const text = hasBody ? await readBody(req.raw, maxBytes) : '';
    if (text === undefined)
      return errorResponse(
        { code: 'INVALID_INPUT', message: `Expected a body of at most ${maxBytes} bytes` },
        413,
      );
    const fields = hasBody ? parseBody(text) : queryFields(req.query());
    return jsonResponse(await handlers[name](parseApiInput(name, { ...fields, ...req.param() })));
  });
}

/** An answer may be as long as a session's text: it is written in pieces; other tasks run between two pieces. */
async function jsonResponse(answer: unknown): Promise<Response> {
  const pieces: Buffer<ArrayBuffer>[] = [];
  for (const piece of jsonPieces(answer, 0)) {
    if (pieces.length > 0) await setImmediate();
    pieces.push(Buffer.from(piece));
  }
  return new Response(Buffer.concat(pieces), { headers: { 'Content-Type': 'application/json' } });
}

/** A request's body, '' where there is none; undefined for one that is too large, which is not read to its end. */
async function readBody(request: Request, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return undefined;
  // Invalid bytes would be stored as replacement characters.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body === null) return text;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoded(() => decoder.decode(piece, { stream: true }));
  }
  return text + decoded(() => decoder.decode());
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new LecternError('INVALID_INPUT', 'Expected the body to be JSON in UTF-8, got bytes that are not');
  }
}

function queryFields(query: Record<string, string>): Record<string, unknown> {
  // The token is for the server, not for the operation.
  return Object.fromEntries(Object.entries(query).filter(([key]) => key !== 'token'));
}

function parseBody(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  const body: unknown = parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new LecternError('INVALID_INPUT', 'Expected the body to be a JSON object');
  return { ...body };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LecternError('INVALID_INPUT', 'Expected the body to be JSON');
  }
}
