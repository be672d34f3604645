import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import WebSocket from 'ws';
import { IPC_CHANNELS } from '../../src-main/contract/bridge.ts';
import type { RecorderOptions } from '../../src-main/recorder.ts';
import { createToken } from '../../src-main/remote/access.ts';
import { listen } from '../../src-main/remote/listen.ts';
import { createInbox, type ProtocolClient } from './protocol-client.ts';
import { openTestRecorder } from './test-recorder.ts';

/** A recorder that a test can connect to. */
export interface ProtocolHost {
  readonly dataDir: string;
  /** Asks the HTTP API, where there is one. */
  readonly ask?: (method: string, path: string, body?: object) => Promise<{ status: number; body: unknown }>;
  connect(sessionId: string): Promise<ProtocolClient>;
  dispose(): Promise<void>;
}

export type OpenHost = (overrides?: Partial<RecorderOptions>) => Promise<ProtocolHost>;

/** The real server on a real socket. */
export const openWebSocketHost: OpenHost = async (overrides) => {
  const { recorder, dataDir, dispose } = await openTestRecorder(overrides);
  const token = createToken();
  const listening = await listen({
    openRecorder: () => Promise.resolve(recorder),
    host: '127.0.0.1',
    ports: [0],
    token,
    version: '0.0.0-test',
    rendererDir: dataDir,
    machineAddresses: () => [],
    log: () => undefined,
  });
  return {
    dataDir,
    async ask(method, path, body) {
      const response = await fetch(new URL(path, listening.url), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    },
    async connect(sessionId) {
      const socket = new WebSocket(`${listening.wsUrl}${sessionId}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const inbox = createInbox();
      const heard: Buffer[] = [];
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) heard.push(data);
        else inbox.deliver(data.toString());
      });
      await new Promise((resolve, reject) => {
        socket.once('open', resolve).once('error', reject);
      });
      return {
        ...inbox,
        heard,
        say: (message) => {
          socket.send(textOf(message));
        },
        sendAudio: (bytes) => {
          socket.send(bytes);
        },
        close: () => {
          socket.close();
        },
      };
    },
    async dispose() {
      await listening.close();
      await dispose();
    },
  };
};

/**
 * The desktop's session port over a real MessageChannel. Electron's `ipcMain` is an emitter here; the test that
 * uses this host replaces the module `electron` by it.
 */
export function createPortHost(
  ipcMain: EventEmitter,
  acceptSessionPorts: (options: {
    recorder: Awaited<ReturnType<typeof openTestRecorder>>['recorder'];
    isTrusted: () => boolean;
    log: () => void;
  }) => void,
): OpenHost {
  return async (overrides) => {
    const { recorder, dataDir, dispose } = await openTestRecorder(overrides);
    ipcMain.removeAllListeners(IPC_CHANNELS.openSession);
    acceptSessionPorts({ recorder, isTrusted: () => true, log: () => undefined });
    return {
      dataDir,
      connect(sessionId) {
        const { port1, port2 } = new MessageChannel();
        const inbox = createInbox();
        port1.on('message', (text: string) => {
          inbox.deliver(text);
        });
        ipcMain.emit(IPC_CHANNELS.openSession, { ports: [asMessagePortMain(port2)] }, sessionId);
        return Promise.resolve({
          ...inbox,
          say: (message: object | string) => {
            port1.postMessage(textOf(message));
          },
          sendAudio: (bytes: Uint8Array) => {
            port1.postMessage(bytes);
          },
          close: () => {
            port1.close();
          },
        });
      },
      dispose,
    };
  };
}

/** Electron's MessagePortMain wraps each message in an event; Node's port gives it bare. */
function asMessagePortMain(
  port: MessagePort,
): EventEmitter & Pick<MessagePort, 'postMessage' | 'close' | 'start'> {
  const emitter = new EventEmitter();
  port.on('message', (data: unknown) => emitter.emit('message', { data, ports: [] }));
  port.on('close', () => emitter.emit('close'));
  return Object.assign(emitter, {
    postMessage: (message: unknown) => {
      port.postMessage(message);
    },
    close: () => {
      port.close();
    },
    start: () => {
      port.start();
    },
  });
}

function textOf(message: object | string): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
