import type { SessionRecord } from '../../src-main/contract/session-record.ts';
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
export function lastMarkerOf({
  markers,
  parts,
  sample_rate: sampleRate,
}: SessionRecord): RecordingState['lastMarker'] {
  const last = markers.at(-1);
  if (last === undefined) return null;
  const before = parts.filter(({ part }) => part < last.part);
  const partStart = before.reduce((seconds, { duration_seconds }) => seconds + duration_seconds, 0);
  return { count: markers.length, atSeconds: partStart + last.frame / sampleRate, label: last.label };
}
