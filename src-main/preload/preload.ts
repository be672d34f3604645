import { contextBridge, ipcRenderer } from 'electron';
import { IPC_CHANNELS, SESSION_PORT_MESSAGE, type DesktopBridge } from '../contract/bridge.ts';

// The few parts of the page's window that are used here; the rest of src-main has no DOM.
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
};

const bridge: DesktopBridge = {
  call: (name, input) => ipcRenderer.invoke(IPC_CHANNELS.call, name, input),
  openSession: (sessionId, requestId) => {
    const { port1, port2 } = new MessageChannel();
    ipcRenderer.postMessage(IPC_CHANNELS.openSession, sessionId, [port1]);
    window.postMessage({ type: SESSION_PORT_MESSAGE, requestId }, window.location.origin, [port2]);
  },
};

contextBridge.exposeInMainWorld('lectern', bridge);
