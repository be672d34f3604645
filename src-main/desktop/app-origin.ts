import { protocol } from 'electron';

export const APP_SCHEME = 'app';
export const APP_HOST = 'lectern';
/** The one origin that may speak to main and use the microphone. */
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
/** The one page of the app. */
export const APP_PAGE = `${APP_ORIGIN}/`;

/** Makes app:// a secure origin that can fetch, stream and seek. Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
    },
  ]);
}

/** Electron writes origins with a trailing slash in some places and without in others. */
export function isAppOrigin(origin: string | undefined): boolean {
  return origin === APP_ORIGIN || origin === APP_PAGE;
}

export function isAppUrl(url: string | undefined): boolean {
  return url === APP_ORIGIN || (url?.startsWith(APP_PAGE) ?? false);
}
