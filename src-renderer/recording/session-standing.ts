import { isSide } from '../../src-main/contract/audio-format.ts';
import { sampleRateOf, type SessionRecord } from '../../src-main/contract/session-record.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { RememberedRecording } from '../session/recording-memory.ts';
import type { ClockReading } from './recording-clock.ts';
import type { RecordingState, SavedRecording } from './recording-state.ts';
import type { RecordingTracks, TrackPlan } from './recording-tracks.ts';

/** A recording that ended while no page was connected. */
export function savedFromRecord(record: SessionRecord): SavedRecording {
  const last = record.parts.at(-1);
  return {
    session_id: record.id,
    duration_seconds: last?.duration_seconds ?? record.duration_seconds,
    files: record.files.filter((file) => file.part === last?.part && file.status === 'completed'),
    pending: record.files.filter((file) => file.part === last?.part && file.status === 'recording'),
    report: last?.report,
    ...(last?.reason === undefined ? {} : { reason: last.reason }),
  };
}

/** The latest marker, with its position in the whole recording. */
export function lastMarkerOf(session: SessionRecord): RecordingState['lastMarker'] {
  const { markers, parts } = session;
  const last = markers.at(-1);
  if (last === undefined) return null;
  const before = parts.filter(({ part }) => part < last.part);
  const partStart = before.reduce((seconds, { duration_seconds }) => seconds + duration_seconds, 0);
  const atSeconds = partStart + last.frame / sampleRateOf(session, last.part);
  return { count: markers.length, atSeconds, label: last.label };
}

/** A greater difference between the engine's time and the wall clock means that somebody set the clock. */
const CLOCK_SET_MS = 2000;

type RememberedSource = RememberedRecording['sources'][number];

/** What another page needs to go on with the tracks. A device that is away now may be back by then. */
export function rememberedSources({ each }: RecordingTracks): RememberedSource[] {
  return each.map(({ track, label, note }) => ({
    track,
    device_id: note?.device.deviceId ?? '',
    label: note?.device.deviceLabel ?? label,
    ...(note?.anchor === undefined ? {} : { anchor: note.anchor }),
  }));
}

/**
 * Plans how to go on with a recording that another page began: where each track's next chunk is expected, and a known
 * frame with its time.
 */
export function planRejoin(
  { state, tracks }: ServerMessageOf<'status'>,
  { sampleRate, channels, sources }: RememberedRecording,
  nowMs: number,
): { readonly plans: readonly TrackPlan[]; readonly reading: ClockReading | undefined } {
  // A page records only sides.
  const plans = tracks.flatMap((status): TrackPlan[] => {
    const { track } = status;
    if (!isSide(track)) return [];
    const source = sources.find((candidate) => candidate.track === track);
    const label = source?.label ?? '';
    const start = {
      frame: state === 'paused' ? status.resume_frame : status.next_frame,
      heldFrames: status.next_frame,
      cause: 'disconnected',
    } as const;
    // The device it was recorded with, which may differ from the chosen one.
    const microphone = { device_id: source?.device_id ?? '', label };
    return [{ track, label, wish: { sampleRate, channels, microphone }, start }];
  });
  const [leader] = tracks;
  // A pause leaves no gap, however long it was.
  if (state === 'paused' || leader === undefined) return { plans, reading: undefined };
  const here = { frame: leader.resume_frame, atMs: nowMs };
  const anchor = sources.find(({ track }) => track === leader.track)?.anchor;
  return { plans, reading: moreExact(here, anchor, sampleRate) };
}

/** The engine knows when chunks arrived. The earlier page knew when they were captured, which is more exact. */
function moreExact(here: ClockReading, anchor: ClockReading | undefined, sampleRate: number): ClockReading {
  if (anchor === undefined) return here;
  const elapsedMs = here.atMs - anchor.atMs;
  const countedMs = ((here.frame - anchor.frame) / sampleRate) * 1000;
  return Math.abs(elapsedMs - countedMs) < CLOCK_SET_MS ? anchor : here;
}
