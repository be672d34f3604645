import { sampleRateOf, type SessionRecord } from './session-record.ts';

type Parts = Pick<SessionRecord, 'parts' | 'started_at'>;

/** The beginning of a part in the session, in milliseconds. Parts follow one another without a break. */
export function partStartMs({ parts }: Pick<SessionRecord, 'parts'>, part: number): number {
  return parts
    .filter((other) => other.part < part)
    .reduce((sum, { duration_seconds }) => sum + duration_seconds * 1000, 0);
}

/** The position of a frame of a part in the session, in milliseconds. */
export function sessionMs(
  session: Pick<SessionRecord, 'parts' | 'sample_rate'>,
  { part, frame }: { readonly part: number; readonly frame: number },
): number {
  return partStartMs(session, part) + (frame / sampleRateOf(session, part)) * 1000;
}

/** The wall-clock time at a position in the session. Pauses within a part are not known and count as none. */
export function wallTimeAt(session: Parts, ms: number): string {
  const part = session.parts.findLast((candidate) => partStartMs(session, candidate.part) <= ms);
  const startedMs = Date.parse(part?.started_at ?? session.started_at);
  const within = part === undefined ? ms : ms - partStartMs(session, part.part);
  return new Date(startedMs + Math.round(within)).toISOString();
}

/** The position in the session at a wall-clock time: the reverse, within the part that was being recorded. */
export function positionAt(session: Parts, wallTime: string): number {
  const wallMs = Date.parse(wallTime);
  const part = session.parts.findLast(({ started_at }) => Date.parse(started_at) <= wallMs);
  if (part === undefined) return 0;
  const within = Math.min(wallMs - Date.parse(part.started_at), part.duration_seconds * 1000);
  return partStartMs(session, part.part) + within;
}

/** A moment in this machine's time with its offset, such as `2026-03-01 10:00 +01:00`. */
export function localTime(moment: string): string {
  const date = new Date(moment);
  const two = (value: number): string => String(Math.abs(value)).padStart(2, '0');
  const ahead = -date.getTimezoneOffset();
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.trunc(ahead / 60))}:${two(ahead % 60)}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())} ${offset}`;
}
