import { isIPv6 } from 'node:net';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const;
const WILDCARDS: readonly string[] = ['0.0.0.0', '::', '[::]'];
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '::1', '[::1]'];

export const isLoopback = (host: string): boolean => LOOPBACK.includes(host.toLowerCase());

/** An address in the form used in a URL. */
export const urlHost = (host: string): string => (isIPv6(host) ? `[${host}]` : host);

/** The host to print for a server bound to `host`: one that a browser on this machine can open. */
export const printedHost = (host: string): string => (WILDCARDS.includes(host) ? '127.0.0.1' : urlHost(host));

/**
 * The Host headers allowed for a server bound to `host`. Other names are refused: with a foreign name that resolves to
 * this machine, a web page could reach the server. Bound to every interface, the machine's own addresses are allowed
 * too: unlike a name, an address cannot be made to point elsewhere.
 */
export function hostNamesFor(host: string, machineAddresses: () => readonly string[]): readonly string[] {
  if (isLoopback(host)) return [urlHost(host), ...LOOPBACK_NAMES];
  if (WILDCARDS.includes(host)) return [...LOOPBACK_NAMES, ...machineAddresses().map(urlHost)];
  return [urlHost(host)];
}
