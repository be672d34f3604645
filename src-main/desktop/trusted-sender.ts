import type { BrowserWindow, WebFrameMain } from 'electron';
import { isAppOrigin, isAppUrl } from './app-origin.ts';

/** Who sent an IPC message; both kinds of Electron's events carry these. */
interface SentMessage {
  readonly sender: { readonly id: number };
  readonly senderFrame: WebFrameMain | null;
}

/** True for the main frame of our own window while it shows our own page. */
export function isTrustedSender(event: SentMessage, window: BrowserWindow | undefined): boolean {
  const frame = event.senderFrame;
  return (
    window !== undefined &&
    !window.isDestroyed() &&
    event.sender.id === window.webContents.id &&
    frame !== null &&
    frame.parent === null &&
    isAppOrigin(frame.origin) &&
    isAppUrl(frame.url)
  );
}
