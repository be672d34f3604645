import { randomBytes } from 'node:crypto';
import type { Upload } from './recogniser.ts';

export interface Multipart {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * `multipart/form-data` (RFC 7578) with some fields and one file. Names and values are our own: without quotes or line
 * breaks.
 */
export function encodeMultipart(fields: readonly (readonly [string, string])[], file: Upload): Multipart {
  const boundary = `lectern-${randomBytes(16).toString('hex')}`;
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${file.fileName}"\r\n` +
    `Content-Type: ${file.contentType}\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([
      Buffer.from(parts.join('') + head),
      file.bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}
