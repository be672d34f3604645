import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { api, isApiName, type ApiHandlers, type ApiName, type ApiOutput } from '../contract/api.ts';
import { IPC_CHANNELS } from '../contract/bridge.ts';
import { LecternError, toWireError, type Result } from '../contract/errors.ts';
import { parseApiInput } from '../contract/parse-api-input.ts';
import type { Log } from '../runtime/log.ts';

interface IpcRouterOptions {
  readonly handlers: ApiHandlers;
  readonly isTrusted: (event: IpcMainInvokeEvent) => boolean;
  readonly log: Log;
}

/** Answers every operation of contract/api.ts over one channel. Failures are results; nothing is thrown back. */
export function routeIpc({ handlers, isTrusted, log }: IpcRouterOptions): void {
  ipcMain.handle(
    IPC_CHANNELS.call,
    async (event, name: unknown, input: unknown): Promise<Result<ApiOutput<ApiName>>> => {
      try {
        if (!isTrusted(event))
          throw new LecternError(
            'FORBIDDEN',
            'Expected a call from the app’s own page, got one from elsewhere',
          );
        if (typeof name !== 'string' || !isApiName(name))
          throw new LecternError('NOT_FOUND', `Expected one of ${Object.keys(api).join(', ')}`);
        return { ok: true, value: await answer(handlers, name, input ?? {}) };
      } catch (error) {
        const wireError = toWireError(error);
        log(wireError.code === 'INTERNAL' ? 'error' : 'warn', 'call failed', {
          call: typeof name === 'string' ? name.slice(0, 40) : typeof name,
          code: wireError.code,
          ...(wireError.code === 'INTERNAL' && { error: String(error) }),
        });
        return { ok: false, error: wireError };
      }
    },
  );
}

function answer<Name extends ApiName>(
  handlers: ApiHandlers,
  name: Name,
  input: unknown,
): ApiOutput<Name> | Promise<ApiOutput<Name>> {
  return handlers[name](parseApiInput(name, input));
}
