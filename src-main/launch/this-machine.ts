import { homedir, networkInterfaces } from 'node:os';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { isProcessAlive } from '../runtime/processes.ts';
import type { Machine } from './data-folder.ts';

export const thisMachine: Machine = {
  platform: process.platform,
  environment: process.env,
  homeDir: homedir(),
};

export const thisProcess = { pid: process.pid, isAlive: isProcessAlive };

export const systemClock: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** One line of JSON a message, on stderr: stdout is for data. */
export const logToStderr: Log = (level, message, details = {}) => {
  const line = { at: new Date().toISOString(), level, message, ...details };
  process.stderr.write(`${JSON.stringify(line, (_, value: unknown) => describeError(value))}\n`);
};

/** An error's own fields are not enumerable: without this it would be logged as {}. */
function describeError(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, cause } = value;
  return {
    name,
    message,
    ...('code' in value ? { code: value.code } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Addresses of the network interfaces that are up. */
export function machineAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  );
}
