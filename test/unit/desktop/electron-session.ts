import type { Session } from 'electron';

type RequestHandler = (
  contents: unknown,
  permission: string,
  callback: (granted: boolean) => void,
  details: unknown,
) => void;
type DisplayMediaHandler = (request: unknown, callback: (streams: unknown) => void) => void;

export interface ElectronSession {
  /** What the desktop shell sets its handlers on. */
  readonly session: Session;
  /** Asks what Electron asks when a frame calls getDisplayMedia, in the same order. Null is a refusal. */
  askForDisplayMedia(frame: { readonly url: string; readonly origin: string }): Promise<unknown>;
}

/** A stand-in for Electron's session on Windows and macOS, where alone it hands over what the computer plays. */
export function createElectronSession(): ElectronSession {
  let requestHandler: RequestHandler | undefined;
  let displayMediaHandler: DisplayMediaHandler | undefined;
  const session = {
    setPermissionRequestHandler: (handler: RequestHandler) => (requestHandler = handler),
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
    setDisplayMediaRequestHandler: (handler: DisplayMediaHandler) => (displayMediaHandler = handler),
  };
  return {
    session: session as unknown as Session,
    async askForDisplayMedia(frame) {
      const securityOrigin = `${frame.origin}/`;
      const details = {
        requestingUrl: frame.url,
        isMainFrame: true,
        mediaTypes: ['video', 'audio'],
        securityOrigin,
      };
      // Electron grants what nobody handles.
      const permitted = await new Promise<boolean>((resolve) =>
        requestHandler === undefined
          ? resolve(true)
          : requestHandler({}, 'display-capture', resolve, details),
      );
      const handler = displayMediaHandler;
      if (!permitted || handler === undefined) return null;
      const request = {
        frame,
        securityOrigin,
        videoRequested: true,
        audioRequested: true,
        userGesture: true,
      };
      return new Promise((resolve) => handler(request, resolve));
    },
  };
}
