import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** The process, or the system, has as many files and sockets open as it may. */
const NO_DESCRIPTOR = new Set(['EMFILE', 'ENFILE']);
/** Others close theirs meanwhile: connections that do not prove themselves are gone within seconds. */
const WAITS_MS = [20, 100, 400, 1000, 2000, 4000];
/** How soon what was given up is taken back, where others let it. */
const RESTOCK_MS = 1000;

/** Descriptors that are held for what must not fail: they belong to the process, as their number does. */
const spares: number[] = [];
let wantedSpares = 0;
let restocking: NodeJS.Timeout | undefined;

/** Holds descriptors that are given up, one by one, where none is left for what is recorded; returns the way to let them go. */
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

/** Opens something, and tries again where there is no descriptor for it: most often that passes. Rejects as `open` does. */
export async function whenThereIsRoom<Opened>(open: () => Promise<Opened>): Promise<Opened> {
  for (const waitMs of WAITS_MS) {
    // Somebody else may be quicker to take the one that was given up.
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

/** The same for a caller that cannot wait: it has the reserve, and throws as `open` does where that is not enough. */
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
 * Starts a program whose output is piped. Where there are no descriptors for its pipes, Node returns a child without any: then
 * the reserve is given up, and where that is not enough, an EMFILE thrown.
 */
export function spawnWithReserve<Child extends ChildProcess>(start: () => Child): Child {
  const child = start();
  if (isWhole(child)) return child;
  // All of it: what was opened for an attempt that failed is closed later only, so there is one more.
  while (closeSpare());
  const second = start();
  if (isWhole(second)) return second;
  throw Object.assign(new Error('Too many files are open to start a program'), { code: 'EMFILE' });
}

function isWhole(child: ChildProcess): boolean {
  // Null by its type, undefined where it was never made.
  if (child.pid !== undefined || (child.stdout ?? undefined) !== undefined) return true;
  // It is said once more, later, and would end the process where nobody listens.
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
