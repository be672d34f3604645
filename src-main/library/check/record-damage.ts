import { leadingTrack, type Gap, type TrackReport, withMutedBefore } from '../../contract/capture-report.ts';
import { trackSchema } from '../../contract/audio-format.ts';
import type { PartRecord, RecordingFile, SessionRecord } from '../../contract/session-record.ts';

/** The record with the lost end of a master: a recording with a hole must never look complete. */
export function withMasterLength(
  session: SessionRecord,
  row: RecordingFile,
  { frames, sampleRate }: { readonly frames: number; readonly sampleRate: number },
): SessionRecord {
  const track = trackSchema.safeParse(row.type);
  if (!track.success) return session;
  const parts = session.parts.map((part) =>
    part.part === row.part ? withTrackLength(part, track.data, frames, sampleRate) : part,
  );
  return {
    ...session,
    parts,
    duration_seconds: parts.reduce((sum, { duration_seconds }) => sum + duration_seconds, 0),
  };
}

function withTrackLength(
  part: PartRecord,
  track: Gap['track'],
  frames: number,
  sampleRate: number,
): PartRecord {
  const { report } = part;
  if (report === undefined) return { ...part, duration_seconds: frames / sampleRate };
  const known = report.tracks.find((candidate) => candidate.track === track);
  const lost = known === undefined ? 0 : known.expected - unfilledFrames(report.gaps, track) - frames;
  if (known === undefined || lost <= 0) return part;
  const gaps = [
    ...report.gaps.flatMap((gap) => (gap.track === track ? cutOff(gap, frames) : [gap])),
    { track, start_frame: frames, frames: lost, cause: 'damaged', unfilled: true } as const,
  ];
  const silent = gaps.filter((gap) => gap.track === track && gap.unfilled !== true);
  const silence = silent.reduce((sum, gap) => sum + gap.frames, known.unlisted?.frames ?? 0);
  const shorter: TrackReport = {
    ...withMutedBefore(known, frames),
    captured: Math.max(0, Math.min(known.captured, frames - silence)),
  };
  const tracks = report.tracks.map((other) => (other.track === track ? shorter : other));
  const { captured, expected } = tracks.reduce(leadingTrack);
  const lengths = tracks.map((other) => other.expected - unfilledFrames(gaps, other.track));
  return {
    ...part,
    duration_seconds: Math.max(...lengths) / sampleRate,
    report: { captured, expected, gaps, tracks },
  };
}

/** The part of a gap within the remaining frames. */
function cutOff(gap: Gap, frames: number): Gap[] {
  const within = frames - gap.start_frame;
  if (gap.unfilled === true) return within >= 0 ? [gap] : [];
  return within > 0 ? [{ ...gap, frames: Math.min(gap.frames, within) }] : [];
}

function unfilledFrames(gaps: readonly Gap[], track: Gap['track']): number {
  return gaps.reduce((sum, gap) => sum + (gap.track === track && gap.unfilled === true ? gap.frames : 0), 0);
}
