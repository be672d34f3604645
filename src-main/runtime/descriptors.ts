import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** The error codes for too many open files and sockets, in the process or in the system. */
const NO_DESCRIPTOR = new Set(['EMFILE', 'ENFILE']);
/** Others close theirs meanwhile: connections that do not show the token are gone within seconds. */
const WAITS_MS = [20, 100, 400, 1000, 2000, 4000];
/** How soon a released reserve is taken back, where others leave room. */
const RESTOCK_MS = 1000;

/** Reserved descriptors, for work that must not fail. They belong to the process, like their limit. */
const spares: number[] = [];
let wantedSpares = 0;
let restocking: NodeJS.Timeout | undefined;

/**
 * Reserves descriptors, which are released one by one where none is left for a recording. Returns a function that
 * releases the reserve.
 */
export function reserveDescriptors(count: number): () => void {
  wantedSpares += count;
  restock();
  let isHeld = true;
  return () => {
    if (isHeld) wantedSpares -= count;
    isHeld = false;
    while (spares.length > wantedSpares) closeSpare();
  };
}

/**
 * Opens something, and tries again where there is no descriptor for it: this usually passes. Rejects as `open` does.
 */
export async function whenThereIsRoom<Opened>(open: () => Promise<Opened>): Promise<Opened> {
  for (const waitMs of WAITS_MS) {
    // Other code may be faster to take the released one.
    do {
      try {
        return await open();
      } catch (error) {
        if (!isOutOfDescriptors(error)) throw error;
      }
    } while (closeSpare());
    await delay(waitMs);
  }
  return open();
}

/** The same, synchronous: uses the reserve, and throws as `open` does where that is not enough. */
export function withReserve<Opened>(open: () => Opened): Opened {
  for (;;) {
    try {
      return open();
    } catch (error) {
      if (!isOutOfDescriptors(error) || !closeSpare()) throw error;
    }
  }
}

/**
 * Starts a program whose output is piped. Without descriptors for its pipes, Node returns a child that has none: then
 * the reserve is released. Throws EMFILE where that is not enough.
 */
export function spawnWithReserve<Child extends ChildProcess>(start: () => Child): Child {
  const child = start();
  if (isWhole(child)) return child;
  // All of it: descriptors of a failed attempt are closed only later, so another attempt needs more.
  while (closeSpare());
  const second = start();
  if (isWhole(second)) return second;
  throw Object.assign(new Error('Too many files are open to start a program'), { code: 'EMFILE' });
}

function isWhole(child: ChildProcess): boolean {
  // Null by its type, undefined where it was never made.
  if (child.pid !== undefined || (child.stdout ?? undefined) !== undefined) return true;
  // The error is emitted once more later, and would end the process without a listener.
  child.on('error', () => undefined);
  return false;
}

function closeSpare(): boolean {
  const spare = spares.pop();
  if (spare === undefined) return false;
  closeSync(spare);
  restocking ??= setTimeout(restock, RESTOCK_MS).unref();
  return true;
}

function restock(): void {
  clearTimeout(restocking);
  restocking = undefined;
  try {
    while (spares.length < wantedSpares) spares.push(openSync(devNull, 'r'));
  } catch {
    restocking = setTimeout(restock, RESTOCK_MS).unref();
  }
}

function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_DESCRIPTOR.has(String(error.code));
}
