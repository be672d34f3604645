import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { openRegularFile, statRegularFile } from '../disk/regular-file.ts';
import { type ByteRange, isRangeCurrent, parseByteRange, type Validators } from './byte-range.ts';
import { errorResponse } from './error-response.ts';

const READ_BYTES = 64 * 1024;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.wav': 'audio/wav',
  '.mp4': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.flac': 'audio/flac',
  '.opus': 'audio/ogg',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.m4a': 'audio/mp4',
  '.webm': 'audio/webm',
  '.weba': 'audio/webm',
  '.json': 'application/json',
};

export interface FileResponseOptions {
  /** The name a download is saved under; the file's own where absent. */
  readonly downloadName?: string;
  /** Gives the content type; the file's own where absent. */
  readonly extension?: string;
}

/** A part of a file, with other bytes in front. */
export interface FileStretch {
  readonly path: string;
  readonly head: Uint8Array;
  readonly start: number;
  readonly bytes: number;
}

/**
 * Answers GET and HEAD for a file, all of it or one Range, read as fast as the client takes it. `?download=1` makes it
 * an attachment. The caller has checked that the client may have the file.
 */
export async function fileResponse(
  request: Request,
  absolutePath: string,
  options: FileResponseOptions = {},
): Promise<Response> {
  const found = await statRegularFile(absolutePath);
  if (found === undefined)
    return errorResponse({ code: 'FILE_MISSING', message: `${basename(absolutePath)} is no longer there` });
  const stretch = { path: absolutePath, head: new Uint8Array(0), start: 0, bytes: found.size };
  return respond(request, stretch, found, options);
}

/** The same for a part of a file. */
export async function stretchResponse(
  request: Request,
  stretch: FileStretch,
  options: FileResponseOptions = {},
): Promise<Response> {
  const found = await statRegularFile(stretch.path);
  if (found === undefined)
    return errorResponse({ code: 'FILE_MISSING', message: `${basename(stretch.path)} is no longer there` });
  return respond(request, stretch, found, options);
}

function respond(
  request: Request,
  stretch: FileStretch,
  found: FileState,
  { downloadName = basename(stretch.path), extension = extname(stretch.path) }: FileResponseOptions,
): Response {
  const size = stretch.head.byteLength + stretch.bytes;
  const asAttachment = new URL(request.url).searchParams.get('download') === '1';
  const validators = validatorsOf(found, stretch);
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    ETag: validators.etag,
    'Last-Modified': validators.lastModified,
    // Recordings are private: a browser must not cache them.
    'Cache-Control': 'no-store',
    'Content-Disposition': contentDisposition(asAttachment ? 'attachment' : 'inline', downloadName),
    'Content-Type': CONTENT_TYPES[extension.toLowerCase()] ?? 'application/octet-stream',
    'X-Content-Type-Options': 'nosniff',
  });

  // Where the file has changed since, a part does not fit the client's rest: all of it is sent.
  const isCurrent = isRangeCurrent(request.headers.get('if-range'), validators);
  const range = isCurrent ? parseByteRange(request.headers.get('range'), size) : 'whole';
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${size}`);
    headers.delete('Content-Disposition');
    headers.delete('Content-Type');
    return new Response(null, { status: 416, headers });
  }
  const { first, last } = range === 'whole' ? { first: 0, last: size - 1 } : range;
  headers.set('Content-Length', String(last - first + 1));
  if (range !== 'whole') headers.set('Content-Range', `bytes ${first}-${last}/${size}`);
  const body = request.method === 'HEAD' ? null : streamStretch(stretch, { first, last });
  return new Response(body, { status: range === 'whole' ? 200 : 206, headers });
}

type FileState = Pick<Stats, 'ino' | 'mtimeMs' | 'ctimeMs' | 'size'>;

/** A replaced file has another inode; one that was written to has another change time and size. */
function validatorsOf(found: FileState, { start, bytes }: FileStretch): Validators {
  const state = [found.ino, found.mtimeMs, found.ctimeMs, found.size, start, bytes].join('-');
  return {
    etag: `"${createHash('sha256').update(state).digest('base64url').slice(0, 22)}"`,
    lastModified: new Date(found.mtimeMs).toUTCString(),
  };
}

/** Opens the file when the first byte is read, so that an unread body leaves nothing open. */
function streamStretch(
  { path, head, start }: FileStretch,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array> {
  let position = first;
  let handle: FileHandle | undefined;
  const close = async () => {
    const open = handle;
    handle = undefined;
    await open?.close();
  };
  const readNext = async (): Promise<Uint8Array> => {
    if (position < head.byteLength) return head.slice(position, last + 1);
    handle ??= await openRegularFile(path);
    const buffer = new Uint8Array(Math.min(READ_BYTES, last - position + 1));
    const at = start + position - head.byteLength;
    const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, at);
    // A broken transfer is better than a short file that looks complete.
    if (bytesRead === 0) throw new Error('shorter than when the answer began');
    return buffer.subarray(0, bytesRead);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (position <= last) {
            const piece = await readNext();
            position += piece.byteLength;
            controller.enqueue(piece);
          }
          if (position > last) {
            await close();
            controller.close();
          }
        } catch {
          await close().catch(() => undefined);
          controller.error(new Error('The file could not be read to its end'));
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}

/** RFC 6266: a plain ASCII name for old clients, with the real one in UTF-8. */
function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
