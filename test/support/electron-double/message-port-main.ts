import { EventEmitter } from 'node:events';

/** A value on its way over the page's channel. */
export type Encoded = { t: 'json'; v: unknown } | { t: 'bytes'; v: string };

export function decode(encoded: Encoded): unknown {
  return encoded.t === 'json' ? encoded.v : new Uint8Array(Buffer.from(encoded.v, 'base64'));
}

export function encode(value: unknown): Encoded {
  return value instanceof Uint8Array
    ? { t: 'bytes', v: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
    : { t: 'json', v: value };
}

/** Main's end of a port the page handed over. Messages wait for `start()`, as Electron's do. */
export class MessagePortMain extends EventEmitter {
  readonly #tell: (message: { kind: 'port-message'; data: Encoded } | { kind: 'port-close' }) => void;
  #queue: unknown[] | undefined = [];
  #closed = false;

  constructor(tell: (message: { kind: 'port-message'; data: Encoded } | { kind: 'port-close' }) => void) {
    super();
    this.#tell = tell;
  }

  postMessage(message: unknown): void {
    if (!this.#closed) this.#tell({ kind: 'port-message', data: encode(message) });
  }

  start(): void {
    const queued = this.#queue ?? [];
    this.#queue = undefined;
    for (const data of queued) this.emit('message', { data, ports: [] });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tell({ kind: 'port-close' });
    this.emit('close');
  }

  /** A message came from the page. */
  receive(data: unknown): void {
    if (this.#closed) return;
    if (this.#queue) this.#queue.push(data);
    else this.emit('message', { data, ports: [] });
  }

  /** The page's end is gone. */
  disconnect(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }
}
