import type { CdpSession } from './cdp-pipe.ts';
import { fromJson } from './from-json.ts';
import { ipcMain } from './ipc-main.ts';
import { decode, MessagePortMain, type Encoded } from './message-port-main.ts';
import type { WebContents } from './web-contents.ts';

type FromPage =
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }
  | { kind: 'send'; channel: string; args: unknown[]; ports: number[] }
  | { kind: 'port-message'; port: number; data: Encoded }
  | { kind: 'port-close'; port: number };

/** IPC and message ports between a page's isolated world and ipcMain. */
export class PageChannel {
  readonly #contents: WebContents;
  readonly #cdp: CdpSession;
  readonly #binding: string;
  /** By the context that handed them over: they close with it. */
  readonly #ports = new Map<number, Map<number, MessagePortMain>>();

  constructor(contents: WebContents, cdp: CdpSession, binding: string) {
    this.#contents = contents;
    this.#cdp = cdp;
    this.#binding = binding;
  }

  listen(): void {
    this.#cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === this.#binding) this.#receive(fromJson(String(payload)), Number(executionContextId));
    });
    this.#cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) =>
      this.#closePorts(Number(executionContextId)),
    );
    const closeAll = (): void => {
      for (const context of [...this.#ports.keys()]) this.#closePorts(context);
    };
    this.#cdp.on('Runtime.executionContextsCleared', closeAll);
    this.#contents.on('render-process-gone', closeAll).on('destroyed', closeAll);
  }

  #receive(message: FromPage, context: number): void {
    const event = { sender: this.#contents, senderFrame: this.#contents.mainFrame, processId: 1, frameId: 1 };
    switch (message.kind) {
      case 'invoke':
        void ipcMain
          .answer({ ...event, type: 'frame' }, message.channel, message.args)
          .then((answer) => this.#tell(context, { kind: 'reply', id: message.id, ...answer }));
        return;
      case 'send': {
        const ports = message.ports.map((id) => this.#adopt(context, id));
        ipcMain.emit(message.channel, { ...event, ports, type: 'frame' }, ...message.args);
        return;
      }
      case 'port-message':
        this.#ports.get(context)?.get(message.port)?.receive(decode(message.data));
        return;
      case 'port-close':
        this.#ports.get(context)?.get(message.port)?.disconnect();
        this.#ports.get(context)?.delete(message.port);
    }
  }

  #adopt(context: number, id: number): MessagePortMain {
    const port = new MessagePortMain((message) => this.#tell(context, { ...message, port: id }));
    const ports = this.#ports.get(context) ?? new Map<number, MessagePortMain>();
    this.#ports.set(context, ports.set(id, port));
    return port;
  }

  #closePorts(context: number): void {
    const ports = this.#ports.get(context);
    this.#ports.delete(context);
    for (const port of ports?.values() ?? []) port.disconnect();
  }

  #tell(context: number, message: unknown): void {
    const expression = `__electronDoubleReceive(${JSON.stringify(JSON.stringify(message))})`;
    // The page may be gone by the time it is answered, as in Electron.
    this.#cdp.send('Runtime.evaluate', { expression, contextId: context }).catch(() => undefined);
  }
}
