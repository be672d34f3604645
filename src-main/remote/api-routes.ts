import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { api, type ApiHandlers, type ApiName, isApiName } from '../contract/api.ts';
import { LecternError } from '../contract/errors.ts';
import { parseApiInput } from '../contract/parse-api-input.ts';
import { errorResponse } from './error-response.ts';

/** More than any operation needs: notes hold 20,000 characters. */
const MAX_BODY_BYTES = 256 * 1024;

/** One route for every operation of contract/api.ts. Errors are thrown to the application's own handler. */
export function createApiRoutes(handlers: ApiHandlers): Hono {
  const routes = new Hono();
  routes.on(
    // Only these carry a body; and the limiter cannot take apart the request of a DELETE.
    ['POST', 'PATCH'],
    '/api/*',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () =>
        errorResponse(
          { code: 'INVALID_INPUT', message: `Expected a body of at most ${MAX_BODY_BYTES} bytes` },
          413,
        ),
    }),
  );
  for (const name of Object.keys(api)) if (isApiName(name)) addRoute(routes, name, handlers);
  return routes;
}

function addRoute<Name extends ApiName>(routes: Hono, name: Name, handlers: Pick<ApiHandlers, Name>): void {
  const { method, path } = api[name];
  routes.on(method, path, async ({ req, json }) => {
    const hasBody = method === 'POST' || method === 'PATCH';
    const fields = hasBody ? parseBody(await req.text()) : queryFields(req.query());
    return json(await handlers[name](parseApiInput(name, { ...fields, ...req.param() })));
  });
}

function queryFields(query: Record<string, string>): Record<string, unknown> {
  // The token is the server's business, not the operation's.
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
