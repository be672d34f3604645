import type { ApiClient } from './api.ts';

/** The desktop's IPC channels. `call` carries every operation of api.ts; `openSession` hands over a port. */
export const IPC_CHANNELS = {
  call: 'lectern:call',
  openSession: 'lectern:open-session',
} as const;

/** The window message by which the preload hands the page its end of a session's port. */
export const SESSION_PORT_MESSAGE = 'lectern:session-port';

/** What the preload puts on the page's window as `lectern`. */
export interface DesktopBridge extends ApiClient {
  /**
   * Opens the session `id` (or `new`). The page gets its MessagePort in a window message
   * `{type: SESSION_PORT_MESSAGE, requestId}`; strings on it are JSON messages, Uint8Arrays are audio.
   */
  openSession(sessionId: string, requestId: string): void;
}
