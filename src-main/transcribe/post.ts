import { passingFailure } from './failures.ts';
import type { Multipart } from './multipart.ts';

export interface PostOptions {
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly maxAnswerBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly retryAfter: string | undefined;
}

/**
 * Sends a form and waits for the answer as long as the caller does: `fetch` stops after five minutes, but a recogniser
 * on a slow machine may take longer. Redirections are not followed, as audio and key are meant for only one server.
 * Rejects with RECOGNISER_UNAVAILABLE, RECOGNISER_FAILED or the signal's reason.
 */
export async function post(url: URL, form: Multipart, options: PostOptions): Promise<Answer> {
  const { apiKey, timeoutMs, signal, maxAnswerBytes } = options;
  signal.throwIfAborted();
  const place = url.host;
  // Loaded on demand: Node's HTTP module brings all its clients, which a recording does not need.
  const { request: send } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: {
        'Content-Type': form.contentType,
        'Content-Length': form.body.byteLength,
        Accept: 'application/json, text/plain',
        ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
      },
    });
    const settle = (outcome: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      request.destroy();
      outcome();
    };
    const fail = (error: unknown): void => {
      settle(() => {
        // A reason of the caller's own making need not be an Error.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      });
    };
    const onAbort = (): void => {
      fail(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      const message = `${place} did not answer within ${timeoutMs / 1000} s`;
      fail(passingFailure('RECOGNISER_FAILED', message, { soon: false }));
    }, timeoutMs);

    request.on('error', (error) => {
      fail(notReached(place, error));
    });
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        bytes += piece.byteLength;
        if (bytes <= maxAnswerBytes) pieces.push(piece);
        else
          fail(
            passingFailure('RECOGNISER_FAILED', `${place} answered with more than ${maxAnswerBytes} bytes`),
          );
      });
      response.on('error', (error) => {
        fail(notReached(place, error));
      });
      response.on('end', () => {
        settle(() => {
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(pieces),
            retryAfter: response.headers['retry-after'],
          });
        });
      });
    });
    request.end(form.body);
  });
}

/** The error has only the system's name for the failure, as that contains nothing private. */
function notReached(place: string, error: Error): unknown {
  const code = 'code' in error ? String(error.code) : error.name;
  const broken = code === 'ECONNRESET' || code === 'EPIPE';
  return broken
    ? passingFailure('RECOGNISER_FAILED', `${place} broke the connection off (${code})`, { cause: error })
    : passingFailure(
        'RECOGNISER_UNAVAILABLE',
        `${place} could not be reached (${code}). Is the server running?`,
        {
          cause: error,
        },
      );
}
