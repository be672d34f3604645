import { api } from '../contract/api.ts';
import { errorStatus } from '../contract/error-status.ts';
import type { ErrorCode } from '../contract/errors.ts';
import { ACCESS_ERRORS, type HttpRoute, httpRoutes, socketRoutes } from '../contract/http-routes.ts';
import { ALWAYS_POSSIBLE, type Operation } from '../contract/operations/operation.ts';

/** A path of the server, whichever part answers it. */
export interface Route extends HttpRoute {
  /** `sessions.list`; the word before its first dot is its family. */
  readonly name: string;
  /** True where the keys that are neither in the path nor in the query are a JSON body. */
  readonly hasJsonBody: boolean;
}

export const apiRoutes: readonly Route[] = entries(api).map(([name, operation]) =>
  fromOperation(name, operation),
);
/** Other HTTP routes, and those that become WebSockets. */
export const otherRoutes: readonly Route[] = [
  ...entries<HttpRoute>(httpRoutes),
  ...entries<HttpRoute>(socketRoutes),
].map(([name, route]) => fromHttp(name, route));

export const allRoutes: readonly Route[] = [...apiRoutes, ...otherRoutes];

/** What the routes take and answer. */
export const routeSchemas = allRoutes.flatMap(({ input, answers }) => [
  input,
  ...Object.values(answers).flatMap(({ schema }) => schema ?? []),
]);

/** Keys that stand in the path. */
export function pathKeys(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, key = '']) => key);
}

/** The path as OpenAPI has it: `{name}` for `:name`. */
export function templatePath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** The possible answers of a route over HTTP, by status, including those of every route. */
export function errorsByStatus(route: Route): Map<number, ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  const add = (status: number, code: ErrorCode): void => {
    const codes = byStatus.get(status) ?? [];
    if (!codes.includes(code)) byStatus.set(status, [...codes, code].sort());
  };
  for (const code of [...route.errors, ...ACCESS_ERRORS, ...ALWAYS_POSSIBLE]) add(errorStatus(code), code);
  // A body that is too large has a status of its own.
  if (route.hasJsonBody) add(413, 'INVALID_INPUT');
  return new Map([...byStatus].sort(([one], [other]) => one - other));
}

function fromOperation(name: string, operation: Operation): Route {
  return {
    ...operation,
    name,
    hasJsonBody: operation.method === 'POST' || operation.method === 'PATCH',
    answers: {
      200: { description: 'Done', mediaType: 'application/json', schema: operation.output },
    },
    errors: ['INVALID_INPUT', ...operation.errors],
  };
}

function fromHttp(name: string, route: HttpRoute): Route {
  return { ...route, name, hasJsonBody: false };
}

function entries<Value>(object: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(object);
}
