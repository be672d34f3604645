import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fromJson } from './from-json.ts';

interface Pending {
  readonly method: string;
  readonly resolve: (result: CdpObject) => void;
  readonly reject: (error: Error) => void;
}

/** A CDP message's parameters or result. Callers read the fields they know the protocol to give. */
export type CdpObject = Readonly<Record<string, unknown>>;

/**
 * The DevTools protocol over Chromium's remote-debugging pipe: JSON messages ended by a NUL byte. Chromium
 * ends when the pipe closes, so a killed main process takes its pages with it, as Electron's does.
 */
export class CdpPipe extends EventEmitter {
  readonly #output: Writable;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closed = false;

  constructor(input: Readable, output: Writable) {
    super();
    this.setMaxListeners(0);
    this.#output = output;
    let rest: Buffer[] = [];
    input.on('data', (bytes: Buffer) => {
      let from = 0;
      for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
        rest.push(bytes.subarray(from, end));
        this.#receive(Buffer.concat(rest).toString('utf8'));
        rest = [];
        from = end + 1;
      }
      if (from < bytes.length) rest.push(bytes.subarray(from));
    });
    const close = (): void => this.#close();
    input.on('close', close).on('error', close);
    output.on('error', close);
  }

  send(method: string, params: CdpObject = {}, sessionId?: string): Promise<CdpObject> {
    if (this.#closed) return Promise.reject(new Error(`${method}: Chromium has ended`));
    const id = ++this.#lastId;
    this.#output.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return new Promise((resolve, reject) => this.#pending.set(id, { method, resolve, reject }));
  }

  #receive(text: string): void {
    const message = fromJson<{
      id?: number;
      method?: string;
      params?: CdpObject;
      result?: CdpObject;
      error?: { message: string };
      sessionId?: string;
    }>(text);
    if (message.id === undefined) {
      this.emit(`${message.sessionId ?? ''}:${message.method}`, message.params ?? {});
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error) pending?.reject(new Error(`${pending.method}: ${message.error.message}`));
    else pending?.resolve(message.result ?? {});
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { method, reject } of this.#pending.values())
      reject(new Error(`${method}: Chromium has ended`));
    this.#pending.clear();
    this.emit('close');
  }
}

/** One target's share of the pipe. */
export class CdpSession {
  readonly #pipe: CdpPipe;
  readonly id: string;

  constructor(pipe: CdpPipe, id: string) {
    this.#pipe = pipe;
    this.id = id;
  }

  send(method: string, params: CdpObject = {}): Promise<CdpObject> {
    return this.#pipe.send(method, params, this.id);
  }

  on(event: string, listener: (params: CdpObject) => void): void {
    this.#pipe.on(`${this.id}:${event}`, listener);
  }
}
