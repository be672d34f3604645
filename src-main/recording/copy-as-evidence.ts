import type { Track } from '../contract/audio-format.ts';
import { leadingTrack, type CaptureReport, type Gap } from '../contract/capture-report.ts';
import { sampleRateOf, type PartRecord, type SessionRecord } from '../contract/session-record.ts';
import { masterOf } from './found-files.ts';
import { withParts } from './record-changes.ts';
import { damagedFrames, framesOf, NO_CHUNKS, withoutWaiting } from './recovered-part.ts';

/**
 * The session with reports for tracks whose master is gone and whose copy is there. Such a track is as long as its
 * longest copy. What it is known to have had beyond that is lost.
 */
export function withCopiesAsEvidence(session: SessionRecord, parts: ReadonlySet<number>): SessionRecord {
  let evident = session;
  for (const part of parts)
    for (const track of session.tracks) {
      const seconds = secondsInCopies(evident, { part, type: track });
      if (seconds > 0 && masterOf({ part, type: track }, evident) === undefined)
        evident = withCopyAsEvidence(evident, part, track, seconds);
    }
  return evident;
}

/** Seconds in the longest finished copy of a track or mix. */
export function secondsInCopies(
  session: SessionRecord,
  { part, type }: { readonly part: number; readonly type: string },
): number {
  const ofTrack = session.files.filter(
    (file) => !file.master && file.part === part && file.type === type && file.status === 'completed',
  );
  return Math.max(0, ...ofTrack.map(({ duration_ms }) => duration_ms / 1000));
}

function withCopyAsEvidence(
  session: SessionRecord,
  part: number,
  track: Track,
  seconds: number,
): SessionRecord {
  const known = session.parts.find((candidate) => candidate.part === part);
  const sampleRate = sampleRateOf(session, part);
  const frames = Math.round(seconds * sampleRate);
  const lost = damagedFrames(session, part, track) - frames;
  const told = known?.report?.gaps ?? [];
  const isOfMaster = (gap: Gap): boolean =>
    gap.track === track && (gap.cause === 'damaged' || gap.start_frame >= frames);
  const beyond: Gap[] =
    lost > 0 ? [{ track, start_frame: frames, frames: lost, cause: 'damaged', unfilled: true }] : [];
  const gaps = [...told.filter((gap) => !isOfMaster(gap)), ...beyond];
  const before = known?.report?.tracks.find((candidate) => candidate.track === track);
  const trackReport = {
    ...NO_CHUNKS,
    ...(before === undefined ? {} : withoutWaiting(before)),
    track,
    clock: null,
    captured: Math.max(0, frames - framesOf(gaps, track, false)),
    expected: frames + framesOf(gaps, track, true),
  };
  const others = (known?.report?.tracks ?? []).filter((other) => other.track !== track);
  const tracks = [...others, trackReport];
  const { captured, expected } = tracks.reduce(leadingTrack);
  const report: CaptureReport = { captured, expected, gaps, tracks };
  const evident: PartRecord = {
    ...known,
    part,
    started_at: known?.started_at ?? session.started_at,
    duration_seconds: Math.max(known?.duration_seconds ?? 0, frames / sampleRate),
    sample_rate: sampleRate,
    report,
  };
  return withParts(session, [...session.parts.filter((other) => other.part !== part), evident]);
}
