import { sampleRateOf, type Marker, type SessionRecord } from '../../../src-main/contract/session-record.ts';

/** Where a place in a part lies in the session: all parts, one after another, in milliseconds. */
export function sessionMs(
  session: Pick<SessionRecord, 'parts' | 'sample_rate'>,
  { part, frame }: Pick<Marker, 'part' | 'frame'>,
): number {
  const before = session.parts.filter((other) => other.part < part);
  const seconds = before.reduce((sum, { duration_seconds }) => sum + duration_seconds, 0);
  return (seconds + frame / sampleRateOf(session, part)) * 1000;
}
