import type { DatedBy } from '../../contract/session-record.ts';
import { readEmbeddedDate } from './embedded-date.ts';

/** Clocks that were never set begin in 1904 or 1970. */
const EARLIEST_MS = Date.UTC(1971, 0, 1);
/** Clocks differ, and zones are got wrong; nobody recorded tomorrow. */
const AHEAD_MS = 24 * 3600 * 1000;

export interface RecordedAt {
  readonly ms: number;
  readonly by: DatedBy;
}

/** When a file was recorded: its own date, else its last change, else now. */
export async function recordedAt(
  path: string,
  modifiedMs: number | undefined,
  nowMs: number,
): Promise<RecordedAt> {
  const isPlausible = (ms: number | undefined): ms is number =>
    ms !== undefined && ms >= EARLIEST_MS && ms <= nowMs + AHEAD_MS;
  const embedded = await readEmbeddedDate(path).catch(() => undefined);
  if (isPlausible(embedded)) return { ms: embedded, by: 'embedded' };
  if (isPlausible(modifiedMs)) return { ms: Math.min(modifiedMs, nowMs), by: 'file' };
  return { ms: nowMs, by: 'now' };
}
