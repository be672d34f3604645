import { setTimeout as delay } from 'node:timers/promises';

/** The process, or the system, has as many files and sockets open as it may. */
const NO_DESCRIPTOR = new Set(['EMFILE', 'ENFILE']);
/** Others close theirs meanwhile: connections that do not prove themselves are gone within seconds. */
const WAITS_MS = [20, 100, 400, 1000, 2000, 4000];

/** Opens something, and tries again where there is no descriptor for it: most often that passes. Rejects as `open` does. */
export async function whenThereIsRoom<Opened>(open: () => Promise<Opened>): Promise<Opened> {
  for (const waitMs of WAITS_MS) {
    try {
      return await open();
    } catch (error) {
      if (!isOutOfDescriptors(error)) throw error;
    }
    await delay(waitMs);
  }
  return open();
}

function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_DESCRIPTOR.has(String(error.code));
}
