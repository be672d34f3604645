import { SESSION_PORT_MESSAGE, type DesktopBridge } from '../../src-main/contract/bridge.ts';
import type { OpenTransport } from './transport.ts';

/** The session over a MessagePort that the desktop's preload hands over. */
export function createPortTransport(bridge: Pick<DesktopBridge, 'openSession'>): OpenTransport {
  return async (sessionId, events) => {
    const port = await requestPort(bridge, sessionId);
    const onClose = () => events.onClose();
    port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') events.onText(data);
    });
    port.addEventListener('close', onClose);
    port.start();
    return {
      // Never transferred: a transferred buffer takes the whole message with it on the way to the main process
      // (https://github.com/electron/electron/issues/34905).
      send: (data) => port.postMessage(data),
      close() {
        port.removeEventListener('close', onClose);
        port.close();
      },
    };
  };
}

function requestPort(bridge: Pick<DesktopBridge, 'openSession'>, sessionId: string): Promise<MessagePort> {
  const requestId = crypto.randomUUID();
  return new Promise((resolve) => {
    const onMessage = ({ source, data, ports }: MessageEvent<unknown>) => {
      const port = ports[0];
      if (source !== window || port === undefined || !isAnswer(data, requestId)) return;
      window.removeEventListener('message', onMessage);
      resolve(port);
    };
    window.addEventListener('message', onMessage);
    bridge.openSession(sessionId, requestId);
  });
}

function isAnswer(data: unknown, requestId: string): boolean {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    data.type === SESSION_PORT_MESSAGE &&
    'requestId' in data &&
    data.requestId === requestId
  );
}
