import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hearBeeps } from './beeps.ts';

/** A request as the server understood it. */
export interface TranscriptionRequest {
  readonly authorization: string | undefined;
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly fileName: string;
  readonly fileBytes: number;
  readonly seconds: number;
}

/** An answer other than the true one. */
export type Instead =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | 'hang'
  | 'drop'
  | 'flood';

export interface TranscriptionServerOptions {
  /** Uploads above it are refused with 413, as OpenAI's are above 25 MB. */
  readonly maxBytes?: number;
  /** The key without which nothing is answered. */
  readonly apiKey?: string;
  readonly kinds?: readonly string[];
  /** False for a server that gives no times for words, as many of one's own do. */
  readonly words?: boolean;
  /** File extensions that can be read. */
  readonly extensions?: readonly string[];
  /** What to do instead, by the number of the request from 0. */
  readonly instead?: (number: number) => Instead | undefined;
}

/**
 * A server with OpenAI's `/v1/audio/transcriptions`, which hears beeps: a tone of 450 Hz is the word `w450`. It reads forms with
 * undici, answers as the API's reference says, and is as strict.
 */
export async function openTranscriptionServer(options: TranscriptionServerOptions = {}) {
  const { maxBytes = 25 * 1024 * 1024, kinds = ['json', 'text', 'verbose_json'], words = true } = options;
  const requests: TranscriptionRequest[] = [];
  let arrived = 0;
  let onArrival: (() => void) | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const number = arrived++;
    onArrival?.();
    const body = await readBody(request);
    const instead = options.instead?.(number);
    if (instead === 'hang') return;
    if (instead === 'drop') return void request.socket.destroy();
    if (instead === 'flood') return flood(response);
    const reply = (status: number, text: string, headers: Record<string, string> = {}) =>
      void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
    if (instead !== undefined) return reply(instead.status, instead.body ?? '', instead.headers);
    const refuse = (status: number, message: string) =>
      reply(status, JSON.stringify({ error: { message, type: 'invalid_request_error' } }));

    const { authorization } = request.headers;
    if (options.apiKey !== undefined && authorization !== `Bearer ${options.apiKey}`)
      return refuse(401, `Incorrect API key provided: ${authorization?.slice(7) ?? 'none'}.`);
    if (request.url !== '/v1/audio/transcriptions') return refuse(404, `Invalid URL (POST ${request.url})`);
    if (body.byteLength > maxBytes) return refuse(413, `Maximum content size limit (${maxBytes}) exceeded`);
    const contentType = request.headers['content-type'] ?? '';
    const form = await new Response(Uint8Array.from(body), {
      headers: { 'Content-Type': contentType },
    }).formData();
    const file = form.get('file');
    const model = form.get('model');
    if (!(file instanceof File) || typeof model !== 'string' || model === '')
      return refuse(400, 'file and model are needed');
    if (options.extensions?.every((extension) => !file.name.endsWith(extension)) === true)
      return refuse(400, `Unrecognized file format. Supported formats: ${options.extensions.join(', ')}`);
    const asked = form.get('response_format');
    const kind = typeof asked === 'string' ? asked : 'json';
    if (!kinds.includes(kind))
      return refuse(400, `response_format '${kind}' is not compatible with model '${model}'`);
    const { seconds, beeps } = hearBeeps(new Uint8Array(await file.arrayBuffer()));
    requests.push({
      authorization,
      fields: Object.fromEntries(
        [...new Set(form.keys())]
          .filter((key) => key !== 'file')
          .map((key) => [key, form.getAll(key).map(String)]),
      ),
      fileName: file.name,
      fileBytes: file.size,
      seconds,
    });
    const spoken = beeps.map(({ hertz, startMs, endMs }) => ({
      word: `w${hertz}`,
      start: startMs / 1000,
      end: endMs / 1000,
    }));
    const text = spoken.map(({ word }) => word).join(' ');
    if (kind === 'text') return reply(200, `${text}\n`, { 'Content-Type': 'text/plain' });
    if (kind === 'json') return reply(200, JSON.stringify({ text }));
    const segments = inSegments(spoken);
    reply(
      200,
      JSON.stringify({
        task: 'transcribe',
        language: 'english',
        duration: seconds,
        text,
        segments,
        ...(words && form.getAll('timestamp_granularities[]').includes('word') ? { words: spoken } : {}),
      }),
    );
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ error: { message: String(error) } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    get arrived() {
      return arrived;
    },
    /** Resolves with the next request. */
    arrival: () => new Promise<void>((resolve) => (onArrival = resolve)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** As Whisper does: words less than two seconds apart are one segment, whoever says them. */
function inSegments(words: readonly Word[]) {
  const segments: { id: number; start: number; end: number; text: string }[] = [];
  for (const { word, start, end } of words) {
    const last = segments.at(-1);
    if (last === undefined || start - last.end > 2)
      segments.push({ id: segments.length, start, end, text: ` ${word}` });
    else {
      last.end = end;
      last.text += ` ${word}`;
    }
  }
  return segments;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function flood(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const more = (): void => {
    if (!response.destroyed) response.write(piece, () => setImmediate(more));
  };
  more();
}
