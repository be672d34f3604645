import { protocol } from 'electron';
import { contentSecurityPolicy } from '../contract/content-security-policy.ts';
import { APP_HOST, APP_SCHEME, isAppOrigin } from './app-origin.ts';

interface AppProtocolOptions {
  /** Answers with a file of the built page, or undefined where there is none of that name. */
  readonly rendererFiles: (request: Request) => Promise<Response | undefined>;
  /** Answers with a file of a session, ranges included. */
  readonly sessionFiles: (request: Request) => Promise<Response>;
  /** Receives the bytes of files from outside, and serves repaired copies. */
  readonly intakeFiles: (request: Request) => Promise<Response>;
  /** True for the paths that `intakeFiles` answers. */
  readonly isIntakePath: (pathname: string) => boolean;
}

const SECURITY_HEADERS = {
  'Content-Security-Policy': contentSecurityPolicy(),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Answers app://lectern. Must run after the app is ready and before the window loads. */
export function handleAppProtocol(options: AppProtocolOptions): void {
  const { rendererFiles, sessionFiles, intakeFiles, isIntakePath } = options;
  protocol.handle(APP_SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    if (host !== APP_HOST) return secured(plain(404, `Expected ${APP_HOST}`));
    if (isIntakePath(pathname)) {
      const origin = request.headers.get('origin') ?? undefined;
      // Only our own page may change anything, even where others can write such an address.
      if (origin !== undefined && !isAppOrigin(origin)) return secured(plain(403, 'Expected the app’s page'));
      return secured(await intakeFiles(request));
    }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return secured(plain(405, 'Expected GET or HEAD'));
    if (pathname.startsWith('/api/')) return secured(await sessionFiles(request));
    return secured((await rendererFiles(request)) ?? plain(404, 'Not found'));
  });
}

function plain(status: number, words: string): Response {
  return new Response(words, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

function secured(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
  return response;
}
