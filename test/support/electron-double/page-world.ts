/**
 * What runs inside Chromium. Both functions are sent there as text, so each stands alone: no imports, no closures.
 * DOM events whose detail is a string are what both worlds of a page can see of one another.
 */

/** The page's own world: builds what the preload exposes. Runs before any script of the page. */
export function mainWorld(token: string): void {
  if (window.top !== window) return;
  type Shape =
    { t: 'function'; id: number } | { t: 'object'; entries: [string, Shape][] } | { t: 'value'; v: unknown };
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastCall = 0;
  type Outcome = { ok: boolean; promise?: boolean; value?: unknown; error?: string };
  const returned: Outcome[] = [];
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- named by the caller, who knows it
  const detailOf = <Detail>(event: Event): Detail => {
    const text = event instanceof CustomEvent ? String(event.detail) : '{}';
    // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- the other world is ours too
    return JSON.parse(text);
  };

  const call = (fn: number, args: unknown[]): unknown => {
    const id = ++lastCall;
    const detail = JSON.stringify({ id, fn, args });
    window.dispatchEvent(new CustomEvent(`${token}:call`, { detail }));
    const answer = returned.pop();
    if (answer === undefined) throw new Error('the preload did not answer');
    const { ok, promise, value, error } = answer;
    if (!ok) throw new Error(error);
    return promise ? new Promise((resolve, reject) => waiting.set(id, { resolve, reject })) : value;
  };
  const build = (shape: Shape): unknown => {
    if (shape.t === 'value') return shape.v;
    if (shape.t === 'function') return (...args: unknown[]) => call(shape.id, args);
    return Object.freeze(Object.fromEntries(shape.entries.map(([key, value]) => [key, build(value)])));
  };

  // Electron's ports tell when the other end closes; Chromium's do not, so the ends tell each other in a message.
  window.addEventListener('message', ({ ports }) => {
    for (const port of ports) {
      port.addEventListener('message', (event) => {
        if (event.data !== `${token}:closed`) return;
        event.stopImmediatePropagation();
        port.dispatchEvent(new Event('close'));
      });
      port.close = () => {
        port.postMessage(`${token}:closed`);
        MessagePort.prototype.close.call(port);
      };
    }
  });
  window.addEventListener(`${token}:return`, (event) => {
    returned.push(detailOf(event));
  });
  window.addEventListener(`${token}:settle`, (event) => {
    const { id, ok, value, error } = detailOf<Outcome & { id: number }>(event);
    const promise = waiting.get(id);
    waiting.delete(id);
    if (ok) promise?.resolve(value);
    else promise?.reject(new Error(error));
  });
  window.addEventListener(`${token}:expose`, (event) => {
    const { key, shape } = detailOf<{ key: string; shape: Shape }>(event);
    Object.defineProperty(window, key, { value: build(shape), enumerable: true });
  });
}

/** The preload's isolated world: stands for `require('electron')` there, and runs the built preload. */
export function isolatedWorld(token: string, binding: string, preload: (require: unknown) => void): void {
  if (window.top !== window) return;
  type Encoded = { t: 'json'; v: unknown } | { t: 'bytes'; v: string };
  type ToPage =
    | { kind: 'reply'; id: number; ok: boolean; value?: unknown; error?: string }
    | { kind: 'port-message'; port: number; data: Encoded }
    | { kind: 'port-close'; port: number }
    | { kind: 'ipc'; channel: string; args: unknown[] };
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const replies = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const ports = new Map<number, MessagePort>();
  const listeners = new Map<string, ((...args: unknown[]) => void)[]>();
  let lastId = 0;

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters, @typescript-eslint/no-unsafe-return
  const fromJson = <Shape>(text: string): Shape => JSON.parse(text);
  const tellMain: unknown = Reflect.get(globalThis, binding);
  const tell = (message: unknown): void => {
    if (typeof tellMain === 'function') Reflect.apply(tellMain, undefined, [JSON.stringify(message)]);
  };
  const dispatch = (kind: string, detail: unknown): void => {
    window.dispatchEvent(new CustomEvent(`${token}:${kind}`, { detail: JSON.stringify(detail) }));
  };
  const encode = (value: unknown): Encoded => {
    if (!(value instanceof Uint8Array)) return { t: 'json', v: value };
    let text = '';
    for (let at = 0; at < value.length; at += 0x8000)
      text += String.fromCharCode(...value.subarray(at, at + 0x8000));
    return { t: 'bytes', v: btoa(text) };
  };
  const decode = (encoded: Encoded): unknown =>
    encoded.t === 'json' ? encoded.v : Uint8Array.from(atob(encoded.v), (letter) => letter.charCodeAt(0));
  const describe = (value: unknown): unknown => {
    if (typeof value === 'function') {
      functions.push((...args) => Reflect.apply(value, undefined, args));
      return { t: 'function', id: functions.length - 1 };
    }
    if (typeof value === 'object' && value !== null)
      return { t: 'object', entries: Object.entries(value).map(([key, inner]) => [key, describe(inner)]) };
    return { t: 'value', v: value };
  };
  const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

  window.addEventListener(`${token}:call`, (event) => {
    if (!(event instanceof CustomEvent)) return;
    const { id, fn, args } = fromJson<{ id: number; fn: number; args: unknown[] }>(String(event.detail));
    try {
      const value = functions[fn]?.(...args);
      if (!(value instanceof Promise)) return dispatch('return', { ok: true, value });
      dispatch('return', { ok: true, promise: true });
      value.then(
        (settled: unknown) => dispatch('settle', { id, ok: true, value: settled }),
        (error: unknown) => dispatch('settle', { id, ok: false, error: words(error) }),
      );
    } catch (error) {
      dispatch('return', { ok: false, error: words(error) });
    }
  });

  const adopt = (port: MessagePort): number => {
    const id = ++lastId;
    ports.set(id, port);
    port.onmessage = ({ data }) => {
      if (data !== `${token}:closed`) tell({ kind: 'port-message', port: id, data: encode(data) });
      else if (ports.delete(id)) tell({ kind: 'port-close', port: id });
    };
    return id;
  };

  Reflect.set(globalThis, '__electronDoubleReceive', (text: string) => {
    const message = fromJson<ToPage>(text);
    if (message.kind === 'reply') {
      const reply = replies.get(message.id);
      replies.delete(message.id);
      if (message.ok) reply?.resolve(message.value);
      else reply?.reject(new Error(message.error));
    } else if (message.kind === 'port-message') {
      ports.get(message.port)?.postMessage(decode(message.data));
    } else if (message.kind === 'port-close') {
      ports.get(message.port)?.postMessage(`${token}:closed`);
      ports.get(message.port)?.close();
      ports.delete(message.port);
    } else {
      for (const listener of listeners.get(message.channel) ?? []) listener({}, ...message.args);
    }
  });

  const electron = {
    contextBridge: {
      exposeInMainWorld: (key: string, api: unknown) => dispatch('expose', { key, shape: describe(api) }),
    },
    ipcRenderer: {
      invoke: (channel: string, ...args: unknown[]) =>
        new Promise((resolve, reject) => {
          const id = ++lastId;
          replies.set(id, { resolve, reject });
          tell({ kind: 'invoke', id, channel, args });
        }),
      send: (channel: string, ...args: unknown[]) => tell({ kind: 'send', channel, args, ports: [] }),
      postMessage: (channel: string, message: unknown, transfer: MessagePort[] = []) =>
        tell({ kind: 'send', channel, args: [message], ports: transfer.map(adopt) }),
      on: (channel: string, listener: (...args: unknown[]) => void) =>
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    },
  };
  preload((name: string) => {
    if (name === 'electron') return electron;
    throw new Error(`module not found: ${name}: a sandboxed preload can require electron only`);
  });
}
