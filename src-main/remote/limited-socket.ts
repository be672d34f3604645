import { Duplex } from 'node:stream';
import type { MessageLimit } from './message-limit.ts';

/**
 * A socket as a WebSocket parser sees it: bytes from the client pass through `limit`, bytes to the client are
 * unchanged. Neither side is read faster than the other accepts. Each side ends, fails and closes with the other.
 */
export function limitedSocket(socket: Duplex, limit: MessageLimit): Duplex {
  let hasEnded = false;
  const limited = new Duplex({
    read: () => void socket.resume(),
    write: (bytes: Buffer, _encoding, done) => void socket.write(bytes, done),
    writev(chunks, done) {
      socket.cork();
      chunks.forEach(({ chunk, encoding }, index) => {
        const bytes: unknown = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
        socket.write(bytes, index === chunks.length - 1 ? done : undefined);
      });
      socket.uncork();
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (bytes: Buffer) => {
    let takesMore = true;
    for (const part of limit.push(bytes)) takesMore = limited.push(part);
    if (!takesMore) socket.pause();
  });
  socket.on('end', () => {
    hasEnded = true;
    limited.push(null);
  });
  socket.on('error', (error) => limited.destroy(error));
  socket.on('close', () => {
    // Bytes that came before the end must still be parsed.
    if (!hasEnded) limited.destroy();
  });
  return limited;
}
