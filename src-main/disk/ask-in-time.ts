/** What a disk may take to answer; one on a machine that is gone never does. */
const PATIENCE_MS = 3000;

/**
 * Questions that no disk has answered yet, by the path they are about. Each holds one of the few threads that the whole
 * process has for files until it is answered, and cannot be taken back: so this is kept for the process.
 */
const unanswered = new Map<string, Promise<unknown>>();

/**
 * Asks the disk something about a path. Rejects as the question does, and with ETIMEDOUT where the disk does not answer
 * in time, or has not answered an earlier question about this path that was given up: nothing is asked then.
 */
export async function askInTime<Answer>(
  path: string,
  question: (path: string) => Promise<Answer>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  if (unanswered.has(path)) throw tooLate();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const asked = question(path);
  const timer = setTimeout(() => {
    unanswered.set(path, asked);
    asked.finally(() => unanswered.delete(path)).catch(() => undefined);
    reject(tooLate());
  }, patienceMs);
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(): Error {
  return Object.assign(new Error('the disk does not answer'), { code: 'ETIMEDOUT' });
}
