import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { WireError } from '../contract/errors.ts';

/** What the check needs from a request, for HTTP and for an upgrade to WebSocket alike. */
export interface AccessRequest {
  /** Path and query, as sent. */
  readonly target: string;
  readonly header: (name: string) => string | undefined;
}

export type AccessDecision =
  | { readonly ok: true; readonly by: 'bearer' | 'query' | 'cookie' }
  | { readonly ok: false; readonly status: 401 | 403; readonly error: WireError };

export interface AccessOptions {
  readonly token: string;
  /** Names and addresses, as a Host header spells them, that reach this server. */
  readonly hostNames: readonly string[];
  readonly port: number;
  /** Measures the lifetime of tickets. */
  readonly monotonicMs?: () => number;
}

/** On a busy machine, a browser that was not running takes seconds to ask for the page. */
const TICKET_MS = 60_000;

export interface Access {
  check(request: AccessRequest): AccessDecision;
  /** The Set-Cookie line that lets the page, once opened with the token, go on without it. */
  readonly setCookie: string;
  /**
   * A `?token=` value that works once, within a minute. Every user of the machine can read a program's arguments, so
   * the browser is started with this rather than with the token.
   */
  createTicket(): string;
}

export const createToken = (): string => randomBytes(32).toString('base64url');

/** Refuses requests that do not prove that they got the address of this launch. */
export function createAccess({
  token,
  hostNames,
  port,
  monotonicMs = () => performance.now(),
}: AccessOptions): Access {
  const hosts = new Set(hostNames.flatMap((name) => authorities(name, port)));
  const cookieName = `lectern_${port}`;
  // Browsers send the cookies of a host to servers on all its ports: a leaked cookie must not be the token itself.
  const cookieValue = createHmac('sha256', token).update('lectern page cookie').digest('base64url');
  /** The time until which each ticket opens the page. */
  const tickets = new Map<string, number>();

  const redeem = (ticket: string): boolean => {
    const until = tickets.get(ticket);
    tickets.delete(ticket);
    return until !== undefined && monotonicMs() <= until;
  };

  return {
    setCookie: `${cookieName}=${cookieValue}; Path=/; HttpOnly; SameSite=Strict`,
    createTicket() {
      const ticket = createToken();
      for (const [unused, until] of tickets) if (monotonicMs() > until) tickets.delete(unused);
      tickets.set(ticket, monotonicMs() + TICKET_MS);
      return ticket;
    },
    check({ target, header }) {
      const host = header('host')?.toLowerCase();
      if (host === undefined || !hosts.has(host))
        return forbidden(`Expected the Host ${[...hosts][0] ?? ''}, got ${quote(host)}`);
      const origin = header('origin');
      if (origin !== undefined && !isOwnOrigin(origin, hosts))
        return forbidden(`Expected no Origin or this server's own, got ${quote(origin)}`);
      // A page on another port of this machine counts as the same site, and its requests may have our cookie and no
      // Origin, for example for images and scripts.
      const site = header('sec-fetch-site');
      const foreignSite = site === 'cross-site' || site === 'same-site';
      if (foreignSite && header('sec-fetch-mode') !== 'navigate')
        return forbidden('Expected a request from this server’s own page, got one from another page');

      const bearer = /^bearer +(\S+) *$/i.exec(header('authorization') ?? '')?.[1];
      if (bearer !== undefined && sameSecret(bearer, token)) return { ok: true, by: 'bearer' };
      const query = queryToken(target);
      if (query !== null && (sameSecret(query, token) || redeem(query))) return { ok: true, by: 'query' };
      const cookie = cookieOf(header('cookie') ?? '', cookieName);
      if (cookie !== undefined && sameSecret(cookie, cookieValue)) return { ok: true, by: 'cookie' };
      return {
        ok: false,
        status: 401,
        error: {
          code: 'UNAUTHORIZED',
          message:
            'Expected the token that Lectern printed when it started: Authorization: Bearer, or ?token=',
        },
      };
    },
  };
}

function forbidden(message: string): AccessDecision {
  return { ok: false, status: 403, error: { code: 'FORBIDDEN', message } };
}

/** How a Host header may spell a name on a port: clients leave out the port that http implies. */
function authorities(name: string, port: number): string[] {
  const lower = name.toLowerCase();
  return port === 80 ? [`${lower}:80`, lower] : [`${lower}:${port}`];
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  const prefix = 'http://';
  return origin.startsWith(prefix) && hosts.has(origin.slice(prefix.length).toLowerCase());
}

function quote(value: string | undefined): string {
  return value === undefined ? 'none' : JSON.stringify(value.slice(0, 100));
}

function queryToken(target: string): string | null {
  const start = target.indexOf('?');
  return start === -1 ? null : new URLSearchParams(target.slice(start + 1)).get('token');
}

function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/** Compares digests, so that neither the time nor the length shows how close a guess was. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
