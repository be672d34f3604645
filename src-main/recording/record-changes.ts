import type { EncoderInfo } from '../contract/app-info.ts';
import type { CaptureReport } from '../contract/capture-report.ts';
import { newSessionRecord } from '../contract/new-session-record.ts';
import type { PartRecord, RecordingFile, SessionRecord } from '../contract/session-record.ts';
import type { PartSpec, PartSummary, SessionSpec } from '../session/ports.ts';

/** The record of a session at its first take, or at a further one. */
export function recordOf(
  spec: SessionSpec,
  encoder: EncoderInfo,
  earlier: SessionRecord | undefined,
  place: { readonly recordingsDir: string | null },
): SessionRecord {
  return newSessionRecord({
    ...earlier,
    id: spec.sessionId,
    revision: (earlier?.revision ?? 0) + 1,
    title: earlier?.title ?? spec.title,
    status: 'recording',
    started_at: earlier?.started_at ?? new Date(spec.startedAtMs).toISOString(),
    ended_at: null,
    format: spec.format,
    sample_rate: spec.sampleRate,
    channels: spec.channels,
    encoding: spec.encoding,
    tracks: [...spec.tracks],
    record: [...spec.record],
    profile: spec.profile ?? null,
    gain: spec.gain,
    encoder: `${encoder.source}: ${encoder.version}`,
    recordings_dir: place.recordingsDir,
    // A session that the catalog once knew stays in it.
    database_records: spec.databaseRecords || earlier?.database_records === true,
  });
}

/** The record with the part's present state in place of the earlier one. */
export function withPart(
  record: SessionRecord,
  spec: PartSpec,
  files: readonly RecordingFile[],
  summary: PartSummary | undefined,
): SessionRecord {
  const part: PartRecord = {
    part: spec.part,
    started_at: new Date(spec.startedAtMs).toISOString(),
    duration_seconds: summary?.durationSeconds ?? 0,
    sample_rate: spec.session.sampleRate,
    ...(summary === undefined ? {} : { report: summary.report }),
    ...(summary?.reason === undefined ? {} : { reason: summary.reason }),
  };
  return withParts(
    { ...record, files: [...record.files.filter((known) => known.part !== spec.part), ...files] },
    [...record.parts.filter((known) => known.part !== spec.part), part],
  );
}

/**
 * The record with the final state of one file after its part ended. The row goes where the file does not exist any
 * more.
 */
export function withLateFile(
  record: SessionRecord,
  filePath: string,
  row: RecordingFile | undefined,
): SessionRecord {
  const files = record.files.flatMap((known) => {
    if (known.file_path !== filePath) return [known];
    // Somebody may have exported the same file meanwhile.
    if (row !== undefined && row.status !== 'completed' && known.status === 'completed') return [known];
    return row === undefined ? [] : [row];
  });
  return { ...record, files };
}

/** The record with what a running part has captured so far. */
export function withReport(record: SessionRecord, part: number, report: CaptureReport): SessionRecord {
  return {
    ...record,
    parts: record.parts.map((known) => (known.part === part ? { ...known, report } : known)),
  };
}

export function withParts(record: SessionRecord, parts: readonly PartRecord[]): SessionRecord {
  return {
    ...record,
    parts: parts.toSorted((a, b) => a.part - b.part),
    duration_seconds: parts.reduce((sum, { duration_seconds }) => sum + duration_seconds, 0),
  };
}
