import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorStatus } from '../contract/error-status.ts';
import type { WireError } from '../contract/errors.ts';

/**
 * Ends a connection with an HTTP answer, the only possible one before an upgrade or a request; does nothing where it
 * has ended.
 */
export function endWithRefusal(socket: Duplex, error: WireError, status = errorStatus(error.code)): void {
  if (socket.writableEnded || socket.destroyed) return;
  const body = JSON.stringify({ error });
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}
