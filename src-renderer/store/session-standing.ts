import { sampleRateOf, type SessionRecord } from '../../src-main/contract/session-record.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { RememberedRecording } from '../session/recording-memory.ts';
import type { TimelineStart } from './chunk-timeline.ts';
import type { RecordingState, SavedRecording } from './recording-state.ts';

/** A recording that ended while no page was there to be told. */
export function savedFromRecord(record: SessionRecord): SavedRecording {
  const last = record.parts.at(-1);
  return {
    session_id: record.id,
    duration_seconds: last?.duration_seconds ?? record.duration_seconds,
    files: record.files.filter((file) => file.part === last?.part && file.status === 'completed'),
    report: last?.report,
    ...(last?.reason === undefined ? {} : { reason: last.reason }),
  };
}

/** The marker set last, placed on the time of the whole recording. */
export function lastMarkerOf(session: SessionRecord): RecordingState['lastMarker'] {
  const { markers, parts } = session;
  const last = markers.at(-1);
  if (last === undefined) return null;
  const before = parts.filter(({ part }) => part < last.part);
  const partStart = before.reduce((seconds, { duration_seconds }) => seconds + duration_seconds, 0);
  const atSeconds = partStart + last.frame / sampleRateOf(session, last.part);
  return { count: markers.length, atSeconds, label: last.label };
}

/** More than this between the engine's account and the wall clock, and somebody has set that clock. */
const CLOCK_SET_MS = 2000;

type Anchor = NonNullable<RememberedRecording['anchor']>;

/** Where the chunks of a recording are awaited that another page began. */
export function goesOnAt(
  { state, tracks: [track] }: ServerMessageOf<'status'>,
  left: RememberedRecording,
  nowMs: number,
): TimelineStart {
  const here = { frame: track?.resume_frame ?? 0, atMs: nowMs };
  return {
    seq: track?.next_seq ?? 0,
    // A pause leaves no hole, however long it was.
    ...(state === 'paused' ? { frame: here.frame } : exactly(here, left)),
    heldFrames: track?.next_frame ?? 0,
    cause: 'disconnected',
  };
}

/** The engine knows when chunks arrived; the page that made them knew when they were captured. */
function exactly(here: Anchor, { anchor, sampleRate }: RememberedRecording): Anchor {
  if (anchor === undefined) return here;
  const elapsedMs = here.atMs - anchor.atMs;
  const countedMs = ((here.frame - anchor.frame) / sampleRate) * 1000;
  return Math.abs(elapsedMs - countedMs) < CLOCK_SET_MS ? anchor : here;
}
