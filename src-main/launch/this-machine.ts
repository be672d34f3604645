import { homedir, networkInterfaces } from 'node:os';
import type { Clock, Log } from '../session/ports.ts';
import type { Machine } from './data-folder.ts';

export const thisMachine: Machine = {
  platform: process.platform,
  environment: process.env,
  homeDir: homedir(),
};

export const systemClock: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** One line of JSON a message, on stderr: stdout is for data. */
export const logToStderr: Log = (level, message, details) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...details })}\n`);
};

/** Addresses of the network interfaces that are up. */
export function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  );
}
