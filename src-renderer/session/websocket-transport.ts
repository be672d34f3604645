import { LecternError } from '../../src-main/contract/errors.ts';
import type { OpenTransport } from './transport.ts';

/** The session over the WebSocket of the server that served this page. */
export const openWebSocketTransport: OpenTransport = (sessionId, events) =>
  new Promise((resolve, reject) => {
    const address = new URL(`/ws/${encodeURIComponent(sessionId)}`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';

    const onRefused = () =>
      reject(
        new LecternError(
          'CONNECTION_LOST',
          'Expected the recorder to answer, it did not. Check that it still runs',
        ),
      );
    const onClose = () => events.onClose();
    socket.addEventListener('close', onRefused);
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') events.onText(data);
    });
    socket.addEventListener('open', () => {
      socket.removeEventListener('close', onRefused);
      socket.addEventListener('close', onClose);
      resolve({
        send: (data) => socket.send(data),
        close() {
          socket.removeEventListener('close', onClose);
          socket.close();
        },
      });
    });
  });
