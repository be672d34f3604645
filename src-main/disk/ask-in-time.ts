/** How long a disk may take to answer; a network disk whose server is gone never answers. */
const PATIENCE_MS = 3000;

/**
 * Unanswered requests, by path. Each occupies one of the process's few file threads until it is answered, and cannot be
 * cancelled: so the list belongs to the process.
 */
const unanswered = new Map<string, Promise<unknown>>();

/**
 * Sends a request about a path to the disk. Rejects as the request does, and with ETIMEDOUT where the disk does not
 * answer in time. Where an earlier request about this path timed out and is still unanswered, it rejects without
 * asking.
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
