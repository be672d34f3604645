import { basename } from 'node:path';
import { leadingTrack, type CaptureReport, type TrackReport } from '../contract/capture-report.ts';
import type { Track } from '../contract/audio-format.ts';
import {
  sampleRateOf,
  type PartRecord,
  type RecordingFile,
  type SessionRecord,
} from '../contract/session-record.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { masterOf } from './found-files.ts';
import { withParts } from './record-changes.ts';
import { damagedFrames, framesOf, NO_CHUNKS, withoutWaiting } from './recovered-part.ts';

/** Durations are kept in milliseconds and in seconds: what differs by less is the same. */
const SAME_MS = 1;

/**
 * Corrects parts whose mix is longer than what their sides account for, as after a crash between the removal of both
 * sides and the note about it. A side that is gone then counts as captured over the length of the mix, less its known
 * gaps.
 */
export function withMixesAsEvidence(session: SessionRecord, parts: ReadonlySet<number>): SessionRecord {
  return [...parts].reduce((record, part) => {
    const mix = masterOf({ part, type: 'mixed' }, record);
    return mix === undefined ? record : withMixAsEvidence(record, mix);
  }, session);
}

function withMixAsEvidence(session: SessionRecord, mix: RecordingFile): SessionRecord {
  const { part } = mix;
  const known = session.parts.find((candidate) => candidate.part === part);
  if (mix.duration_ms <= (known?.duration_seconds ?? 0) * 1000 + SAME_MS) return session;
  const sampleRate = sampleRateOf(session, part);
  const frames = Math.round((mix.duration_ms / 1000) * sampleRate);
  const gaps = known?.report?.gaps ?? [];
  const told = known?.report?.tracks ?? [];
  // A side with reported damage keeps its report.
  const gone = session.tracks.filter(
    (type) => masterOf({ part, type }, session) === undefined && damagedFrames(session, part, type) === 0,
  );
  const tracks = [
    ...told.filter(({ track }) => !gone.includes(track)),
    ...gone.map((track) => inMix(track, frames, told, gaps)),
  ];
  const leading = tracks.reduce<TrackReport | undefined>(
    (ahead, track) => (ahead === undefined ? track : leadingTrack(ahead, track)),
    undefined,
  );
  const report: CaptureReport | undefined = leading && {
    captured: leading.captured,
    expected: leading.expected,
    gaps: [...gaps],
    tracks,
  };
  const evident: PartRecord = {
    ...known,
    part,
    started_at: known?.started_at ?? startOf(mix, session),
    duration_seconds: mix.duration_ms / 1000,
    sample_rate: sampleRate,
    ...(report === undefined ? {} : { report }),
  };
  return withParts(session, [...session.parts.filter((other) => other.part !== part), evident]);
}

function inMix(
  track: Track,
  frames: number,
  told: readonly TrackReport[],
  gaps: CaptureReport['gaps'],
): TrackReport {
  const before = told.find((candidate) => candidate.track === track);
  const silence = framesOf(gaps, track, false) + (before?.unlisted?.frames ?? 0);
  return {
    ...NO_CHUNKS,
    ...(before === undefined ? {} : withoutWaiting(before)),
    track,
    clock: null,
    captured: Math.max(0, frames - silence),
    expected: frames + framesOf(gaps, track, true),
  };
}

function startOf({ file_path }: RecordingFile, session: SessionRecord): string {
  const seconds = parsePartFileName(basename(file_path))?.unixSeconds;
  return seconds === undefined ? session.started_at : new Date(seconds * 1000).toISOString();
}
