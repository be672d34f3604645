import { basename, join } from 'node:path';
import { type CaptureReport, type Gap, leadingTrack, withMutedBefore } from '../contract/capture-report.ts';
import {
  sampleRateOf,
  type PartRecord,
  type RecordingFile,
  type SessionRecord,
} from '../contract/session-record.ts';
import { requireRegularFile } from '../disk/regular-file.ts';
import { finishWav } from '../files/finish-wav.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { withParts } from './record-changes.ts';

/** Finishes a WAV that its writer left, from what is in it, and accounts for it. */
export async function recoverMaster(
  session: SessionRecord,
  folder: string,
  foundName: string,
): Promise<SessionRecord> {
  const name = basename(foundName, PARTIAL_SUFFIX);
  const parsed = parsePartFileName(name);
  const { mtimeMs } = await requireRegularFile(join(folder, foundName));
  const known = session.files.find((file) => basename(file.file_path) === name);
  const part = known?.part ?? parsed?.part ?? 1;
  const finished = await finishWav({
    partialPath: join(folder, foundName),
    finalPath: join(folder, name),
    sampleRate: sampleRateOf(session, part),
    channels: session.channels,
    cuePoints: (count) =>
      session.markers
        .filter((marker) => marker.part === part && marker.frame <= count)
        .map(({ frame, label }) => ({ frame, label })),
  });
  const type = known?.type ?? parsed?.type ?? 'user';
  const file: RecordingFile = {
    type,
    format: 'wav',
    file_path: `${session.id}/${name}`,
    url: '',
    byte_size: finished.byteSize,
    duration_ms: (finished.frames / finished.sampleRate) * 1000,
    part,
    master: known?.master ?? parsed?.variant === undefined,
    gain: known?.gain ?? 1,
    status: 'completed',
  };
  const files = [...session.files.filter((other) => basename(other.file_path) !== name), file];
  const recovered = { ...session, files };
  return file.master
    ? withRecoveredPart(recovered, part, type, { ...finished, lastWrittenMs: mtimeMs })
    : recovered;
}

interface RecoveredWav {
  readonly frames: number;
  readonly sampleRate: number;
  readonly lastWrittenMs: number;
}

/** The part's account from what is in its file: the gaps that were written down, and everything else captured. */
function withRecoveredPart(
  session: SessionRecord,
  part: number,
  track: RecordingFile['type'],
  { frames, sampleRate, lastWrittenMs }: RecoveredWav,
): SessionRecord {
  if (track === 'mixed') return session;
  const known = session.parts.find((candidate) => candidate.part === part);
  const gaps = (known?.report?.gaps ?? []).flatMap((gap) => {
    if (gap.track !== track) return [gap];
    const within = frames - gap.start_frame;
    if (gap.unfilled === true) return within >= 0 ? [gap] : [];
    return within > 0 ? [{ ...gap, frames: Math.min(gap.frames, within) }] : [];
  });
  const before = known?.report?.tracks.find((candidate) => candidate.track === track);
  const silence = framesOf(gaps, track, false) + (before?.unlisted?.frames ?? 0);
  const trackReport = {
    chunks_received: 0,
    chunks_rejected: 0,
    chunks_duplicated: 0,
    chunks_late: 0,
    clipped_samples: 0,
    ...(before === undefined ? {} : withMutedBefore(before, frames)),
    clock: null,
    track,
    captured: Math.max(0, frames - silence),
    expected: frames + framesOf(gaps, track, true),
  };
  const tracks = [...(known?.report?.tracks ?? []).filter((other) => other.track !== track), trackReport];
  const { captured, expected } = tracks.reduce(leadingTrack);
  const report: CaptureReport = { captured, expected, gaps, tracks };
  const startedMs = lastWrittenMs - (frames / sampleRate) * 1000;
  const lengths = tracks.map((other) => other.expected - framesOf(gaps, other.track, true));
  const recovered: PartRecord = {
    part,
    started_at: known?.started_at ?? new Date(startedMs).toISOString(),
    duration_seconds: Math.max(...lengths) / sampleRate,
    sample_rate: sampleRate,
    report,
  };
  return withParts(session, [...session.parts.filter((other) => other.part !== part), recovered]);
}

function framesOf(gaps: readonly Gap[], track: Gap['track'], unfilled: boolean): number {
  return gaps
    .filter((gap) => gap.track === track && (gap.unfilled === true) === unfilled)
    .reduce((sum, gap) => sum + gap.frames, 0);
}
