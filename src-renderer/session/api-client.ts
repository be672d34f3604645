import { z } from 'zod';
import {
  api,
  type ApiClient,
  type ApiInput,
  type ApiName,
  type ApiOutput,
} from '../../src-main/contract/api.ts';
import { type Result, type WireError, wireErrorSchema } from '../../src-main/contract/errors.ts';
import { desktopBridge } from './shell.ts';

// The contract seen key by key, so that TypeScript ties an operation's name to its answer.
const outputs: { readonly [Name in ApiName]: { readonly output: z.ZodType<ApiOutput<Name>> } } = api;
const errorBodySchema = z.object({ error: wireErrorSchema });

/** The API over HTTP, derived from the contract as the server's routes are. */
export function createHttpClient(fetchFrom: typeof fetch): ApiClient {
  return {
    async call<Name extends ApiName>(name: Name, input: ApiInput<Name>): Promise<Result<ApiOutput<Name>>> {
      const operation = api[name];
      const request = toRequest(operation.method, operation.path, input);
      let response: Response;
      let body: unknown;
      try {
        response = await fetchFrom(request.url, request.init);
        body = await response.json();
      } catch {
        return failure(
          'CONNECTION_LOST',
          'Expected the recorder to answer, it did not. Check that it still runs',
        );
      }
      if (response.ok) return read(outputs[name].output, body);
      const refusal = errorBodySchema.safeParse(body);
      if (refusal.success) return { ok: false, error: refusal.data.error };
      return failure('INTERNAL', `Expected an answer to ${name}, got HTTP ${response.status}`);
    },
  };
}

/** Calls the engine over whichever shell this page runs in. */
export const apiClient: ApiClient = desktopBridge ?? createHttpClient((input, init) => fetch(input, init));

/** Where a session's file is played (`<audio src>`) or downloaded from, in both shells. */
export function fileHref(sessionId: string, fileName: string, options: { download?: boolean } = {}): string {
  const path = `/api/sessions/${encodeURIComponent(sessionId)}/files/${encodeURIComponent(fileName)}`;
  return options.download === true ? `${path}?download=1` : path;
}

function toRequest(method: string, path: string, input: object): { url: string; init: RequestInit } {
  const rest = new Map<string, unknown>(Object.entries(input));
  const filled = path.replace(/:(\w+)/g, (_, key: string) => {
    const value = String(rest.get(key));
    rest.delete(key);
    return encodeURIComponent(value);
  });
  if (method === 'GET' || method === 'DELETE') {
    const query = new URLSearchParams();
    for (const [key, value] of rest)
      if (typeof value === 'string' || typeof value === 'number') query.set(key, String(value));
    // A discard during page unload must still reach the engine.
    const init = method === 'DELETE' ? { method, keepalive: true } : { method };
    return { url: query.size > 0 ? `${filled}?${query}` : filled, init };
  }
  const headers = { 'content-type': 'application/json' };
  return { url: filled, init: { method, headers, body: JSON.stringify(Object.fromEntries(rest)) } };
}

function read<Output>(schema: z.ZodType<Output>, body: unknown): Result<Output> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  return failure(
    'INTERNAL',
    'Expected an answer this page understands. Reload it: the recorder may be newer',
  );
}

function failure(code: WireError['code'], message: string): { ok: false; error: WireError } {
  return { ok: false, error: { code, message } };
}
