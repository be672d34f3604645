import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { contentSecurityPolicy } from '../contract/content-security-policy.ts';
import { type HttpRouteName, httpRoutes, isHttpRouteName } from '../contract/http-routes.ts';
import type { Recorder } from '../recorder.ts';
import { openApiDocument, type OpenApiDocument } from '../reference/openapi.ts';
import type { Log } from '../runtime/log.ts';
import type { Access } from './access.ts';
import { createApiRoutes } from './api-routes.ts';
import { errorResponse, thrownResponse } from './error-response.ts';
import { createFilesRoute } from './files-route.ts';
import { createIntakeRoute } from './intake-route.ts';
import { metricsText } from './metrics-text.ts';
import { createRendererFiles, messagePage } from './renderer-files.ts';

export interface HttpAppOptions {
  readonly recorder: Pick<
    Recorder,
    'handlers' | 'resolveFile' | 'findSegment' | 'intakeFiles' | 'activeSessions' | 'metrics'
  >;
  readonly access: Access;
  readonly version: string;
  /** The built page: out/renderer. */
  readonly rendererDir: string;
  readonly log: Log;
  /** Opens the app's window; absent where the caller does that. */
  readonly openWindow?: () => void;
}

/** All HTTP answers of the browser shell. */
export function createHttpApp(options: HttpAppOptions): Hono {
  const { recorder, access, version, rendererDir, log, openWindow } = options;
  const app = new Hono();
  const filesRoute = createFilesRoute(recorder);
  const intakeRoute = createIntakeRoute(recorder);
  const rendererFiles = createRendererFiles(rendererDir);
  let document: OpenApiDocument | undefined;

  app.onError((error) => {
    const response = thrownResponse(error);
    if (response.status === 500) log('error', 'A request failed', { kind: error.name });
    return response;
  });
  app.notFound(({ req }) =>
    errorResponse({ code: 'NOT_FOUND', message: `There is nothing at ${req.method} ${req.path}` }),
  );
  app.use(securityHeaders, checkAccess(access));

  addHttpRoutes(app, {
    'server.health': ({ json }) =>
      json({ status: 'ok', version, active_sessions: recorder.activeSessions().length }),
    'server.metrics': ({ body }) =>
      body(metricsText(recorder.metrics()), 200, {
        'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      }),
    'server.openapi': ({ json }) => json((document ??= openApiDocument(version))),
    // A second launch asks the first one to open a window, and learns where to open one itself.
    'app.window': ({ req, json }) => {
      openWindow?.();
      const url = `${new URL(req.url).origin}/?token=${access.createTicket()}`;
      return json({ opened: openWindow !== undefined, url });
    },
    'sessions.file': ({ req }) => filesRoute(req.raw),
    'sessions.segment': ({ req }) => filesRoute(req.raw),
    'intake.send_bytes': ({ req }) => intakeRoute(req.raw),
    'intake.file': ({ req }) => intakeRoute(req.raw),
  });
  app.route('/', createApiRoutes(recorder.handlers));
  app.get('*', async ({ req, notFound }) => (await rendererFiles(req.raw)) ?? notFound());
  return app;
}

type HttpAnswers = {
  readonly [Name in HttpRouteName]: (context: Context) => Response | Promise<Response>;
};

/** One route for everything of contract/http-routes.ts. */
function addHttpRoutes(app: Hono, answers: HttpAnswers): void {
  for (const name of Object.keys(httpRoutes)) {
    if (!isHttpRouteName(name)) continue;
    const { method, path } = httpRoutes[name];
    app.on(method, path, answers[name]);
  }
}

const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const headers = context.res.headers;
  headers.set('Content-Security-Policy', contentSecurityPolicy([`ws://${new URL(context.req.url).host}`]));
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('Permissions-Policy', 'microphone=(self), display-capture=(self), camera=(), geolocation=()');
  headers.set('Referrer-Policy', 'no-referrer');
  headers.set('X-Content-Type-Options', 'nosniff');
};

function checkAccess(access: Access): MiddlewareHandler {
  return async ({ req }, next) => {
    const url = new URL(req.url);
    const decision = access.check({ target: url.pathname + url.search, header: (name) => req.header(name) });
    if (!decision.ok) {
      const wantsPage = req.method === 'GET' && (req.header('accept') ?? '').includes('text/html');
      return decision.status === 401 && wantsPage ? unauthorizedPage() : errorResponse(decision.error);
    }
    // The token must not stay in the page's address, where the history and the screen would show it.
    if (decision.by === 'query' && req.method === 'GET' && url.pathname === '/') {
      url.searchParams.delete('token');
      return new Response(null, {
        status: 303,
        headers: { Location: `/${url.search}`, 'Set-Cookie': access.setCookie, 'Cache-Control': 'no-store' },
      });
    }
    return next();
  };
}

function unauthorizedPage(): Response {
  return messagePage(
    401,
    'This address needs its token',
    'Open the whole address that Lectern printed when it started, the part after <code>?token=</code> included. ' +
      'It changes with every start.',
  );
}
