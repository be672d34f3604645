import { z } from 'zod';
import type { LecternError } from '../contract/errors.ts';
import { complaintIn, lastingFailure, passingFailure } from './failures.ts';
import type { Answer } from './post.ts';

/** The longest delay that a server may ask for. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Statuses that may not come again at the next attempt: RFC 9110, and those that proxies send for servers that are
 * starting.
 */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);

/** Turns a failed answer into an error. */
export function serverFailure(
  place: string,
  { status, body, retryAfter }: Answer,
  { apiKey, wallMs }: { readonly apiKey: string | undefined; readonly wallMs: number },
): LecternError {
  const said = saidIn(body, apiKey);
  const words = said === '' ? '' : `, saying: ${said}`;
  if (PASSING.has(status))
    return passingFailure('RECOGNISER_FAILED', `${place} answered with status ${status}${words}`, {
      afterMs: waitAsked(retryAfter, wallMs),
    });
  switch (status) {
    case 401:
    case 403:
      return lastingFailure(
        'RECOGNISER_UNAVAILABLE',
        `${place} refused the ${apiKey === undefined ? 'request without a key' : 'key'} (status ${status})${words}. Set the key in Settings`,
      );
    case 404:
    case 405:
      return lastingFailure(
        'RECOGNISER_UNAVAILABLE',
        `${place} has no /audio/transcriptions there, or no such model (status ${status})${words}`,
      );
    case 413:
      return lastingFailure(
        'RECOGNISER_FAILED',
        `${place} takes no upload of this size (status 413)${words}. Lower the largest upload in Settings`,
      );
    default:
      return status >= 300 && status < 400
        ? lastingFailure(
            'RECOGNISER_UNAVAILABLE',
            `${place} sends us elsewhere (status ${status}), which is not followed. Give the final address in Settings`,
          )
        : lastingFailure('RECOGNISER_FAILED', `${place} answered with status ${status}${words}`);
  }
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, 10.2.3). */
export function waitAsked(retryAfter: string | undefined, wallMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - wallMs;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_WAIT_MS) : undefined;
}

const errorSchema = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });
const detailSchema = z.object({ detail: z.string() });

/**
 * OpenAI's `{error: {message}}`, FastAPI's `{detail}`, or the text itself; never the key, which some servers repeat.
 */
function saidIn(body: Buffer, apiKey: string | undefined): string {
  const text = body.subarray(0, 4000).toString('utf8');
  const said = messageIn(text) ?? (/^\s*</.test(text) ? '' : text);
  // Before the text is cut, which could leave half of the key.
  return complaintIn(apiKey === undefined || apiKey === '' ? said : said.replaceAll(apiKey, '...'));
}

function messageIn(text: string): string | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const { error } = errorSchema.safeParse(json).data ?? {};
    if (error !== undefined) return typeof error === 'string' ? error : error.message;
    return detailSchema.safeParse(json).data?.detail;
  } catch {
    return undefined;
  }
}
