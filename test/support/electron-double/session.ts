import { EventEmitter } from 'node:events';
import type { CdpPipe } from './cdp-pipe.ts';
import { toElectronUrl } from './content-origin.ts';

type RequestHandler = (
  contents: unknown,
  permission: string,
  callback: (granted: boolean) => void,
  details: unknown,
) => void;
type DisplayMediaHandler = (request: unknown, callback: (streams: unknown) => void) => void;
type CheckHandler = (contents: unknown, permission: string, origin: string, details: unknown) => boolean;

/** Chromium's name for a permission, and Electron's, with what tells its kinds of media apart. */
const PERMISSIONS = [
  { chromium: 'microphone', electron: 'media', mediaType: 'audio' },
  { chromium: 'camera', electron: 'media', mediaType: 'video' },
  { chromium: 'geolocation', electron: 'geolocation', mediaType: undefined },
  { chromium: 'notifications', electron: 'notifications', mediaType: undefined },
  { chromium: 'midi', electron: 'midi', mediaType: undefined },
  { chromium: 'clipboard-read', electron: 'clipboard-read', mediaType: undefined },
  { chromium: 'local-fonts', electron: 'local-fonts', mediaType: undefined },
] as const;

class Session extends EventEmitter {
  #requestHandler: RequestHandler | null = null;
  #checkHandler: CheckHandler | null = null;
  #displayMediaHandler: DisplayMediaHandler | null = null;

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.#requestHandler = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.#checkHandler = handler;
  }

  setDevicePermissionHandler(): void {
    // Chromium without windows offers no devices to choose from.
  }

  setDisplayMediaRequestHandler(handler: DisplayMediaHandler | null): void {
    this.#displayMediaHandler = handler;
  }

  /** Asks what Electron asks when a page calls getDisplayMedia, in the same order. Null is a refusal. */
  async askForDisplayMedia(contents: unknown, frame: { url: string; origin: string }): Promise<unknown> {
    const details = {
      requestingUrl: frame.url,
      isMainFrame: true,
      mediaTypes: ['video', 'audio'],
      securityOrigin: `${frame.origin}/`,
    };
    const request = this.#requestHandler;
    const permitted =
      request === null ||
      (await new Promise<boolean>((resolve) => request(contents, 'display-capture', resolve, details)));
    const handler = this.#displayMediaHandler;
    if (!permitted || handler === null) return null;
    return new Promise((resolve) =>
      handler(
        {
          frame,
          securityOrigin: `${frame.origin}/`,
          videoRequested: true,
          audioRequested: true,
          userGesture: true,
        },
        resolve,
      ),
    );
  }

  /** Asks both handlers about every permission for a page about to load, and tells Chromium what they said. */
  async applyPermissions(cdp: CdpPipe, contents: unknown, chromiumUrl: string): Promise<void> {
    if (!URL.canParse(chromiumUrl) || new URL(chromiumUrl).origin === 'null') return;
    const origin = new URL(chromiumUrl).origin;
    await Promise.all(
      PERMISSIONS.map(async ({ chromium, electron, mediaType }) => {
        const granted = await this.#consult(
          contents,
          toElectronUrl(chromiumUrl),
          toElectronUrl(origin),
          electron,
          mediaType,
        );
        const setting = granted ? 'granted' : 'denied';
        await cdp.send('Browser.setPermission', { permission: { name: chromium }, setting, origin });
      }),
    );
  }

  /** Electron grants what nobody handles. */
  async #consult(
    contents: unknown,
    requestingUrl: string,
    origin: string,
    permission: string,
    mediaType: 'audio' | 'video' | undefined,
  ): Promise<boolean> {
    const check = this.#checkHandler;
    const request = this.#requestHandler;
    const common = { requestingUrl, isMainFrame: true, ...(mediaType && { securityOrigin: `${origin}/` }) };
    const mayAsk =
      check === null ||
      check(contents, permission, `${origin}/`, { ...common, ...(mediaType && { mediaType }) });
    const answered =
      request === null ||
      (await new Promise<boolean>((resolve) =>
        request(contents, permission, resolve, { ...common, ...(mediaType && { mediaTypes: [mediaType] }) }),
      ));
    return mayAsk && answered;
  }
}

export const createSession = () => new Session();

export const session = { defaultSession: createSession() };
