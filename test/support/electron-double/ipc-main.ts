import { EventEmitter } from 'node:events';

type InvokeHandler = (event: unknown, ...args: unknown[]) => unknown;

class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, InvokeHandler>();

  handle(channel: string, handler: InvokeHandler): void {
    if (this.#handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  /** Answers an invoke of the page, with Electron's words for a failure. */
  async answer(
    event: unknown,
    channel: string,
    args: unknown[],
  ): Promise<{ ok: boolean; value?: unknown; error?: string }> {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) return { ok: false, error: `No handler registered for '${channel}'` };
    try {
      return { ok: true, value: await handler(event, ...args) };
    } catch (error) {
      return { ok: false, error: `Error invoking remote method '${channel}': ${String(error)}` };
    }
  }
}

export const ipcMain = new IpcMain();
