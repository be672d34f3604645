import { ipcMain, type IpcMainEvent, type MessagePortMain } from 'electron';
import { IPC_CHANNELS } from '../contract/bridge.ts';
import { LecternError, toWireError } from '../contract/errors.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Recorder } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';
import type { Connection } from '../session/ports.ts';

interface SessionPortOptions {
  readonly recorder: Pick<Recorder, 'connect'>;
  readonly isTrusted: (event: IpcMainEvent) => boolean;
  readonly log: Log;
}

/** Gives each port from the page its own connection to a session. */
export function acceptSessionPorts({ recorder, isTrusted, log }: SessionPortOptions): void {
  ipcMain.on(IPC_CHANNELS.openSession, (event, sessionId: unknown) => {
    const [port, ...spare] = event.ports;
    for (const extra of spare) extra.close();
    if (port === undefined) return;
    if (!isTrusted(event)) {
      port.close();
      log('warn', 'session port refused: not from the app’s own page');
      return;
    }
    converse(port, sessionId, recorder);
  });
}

function converse(port: MessagePortMain, sessionId: unknown, recorder: Pick<Recorder, 'connect'>): void {
  let open = true;
  const send = (message: ServerMessage): void => {
    if (open) port.postMessage(JSON.stringify(message));
  };
  const connection = connect(sessionId, recorder, send);
  if (connection === undefined) {
    port.close();
    return;
  }
  port.on('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'string') void connection.receiveText(data);
    else if (data instanceof Uint8Array) void connection.receiveBinary(data);
    else
      send({
        type: 'error',
        code: 'INVALID_MESSAGE',
        message: `Expected a string of JSON or a Uint8Array of audio, got ${kindOf(data)}`,
      });
  });
  port.on('close', () => {
    open = false;
    connection.disconnect();
  });
  port.start();
}

function connect(
  sessionId: unknown,
  recorder: Pick<Recorder, 'connect'>,
  send: (message: ServerMessage) => void,
): Connection | undefined {
  try {
    if (typeof sessionId !== 'string')
      throw new LecternError('INVALID_SESSION_ID', `Expected a session id, got ${kindOf(sessionId)}`);
    return recorder.connect(sessionId, { send });
  } catch (error) {
    send({ type: 'error', ...toWireError(error) });
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? value.constructor.name : typeof value;
}
