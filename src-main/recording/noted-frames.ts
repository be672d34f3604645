import type { Track } from '../contract/audio-format.ts';
import { PROTOCOL_LIMITS } from '../contract/limits.ts';
import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { framesOf } from './recovered-part.ts';

/** The least length of a part's track according to its written turns, in frames; 0 where there are none. */
export function framesOfTurns(session: SessionRecord, type: Track, part: number): number {
  const ends = session.segments
    .filter((segment) => segment.part === part && segment.role === type)
    .map(({ start_frame, frame_count }) => start_frame + frame_count);
  return greatest(ends);
}

/**
 * The least length of a part's track according to the part's markers and last report, in frames. A marker shows how
 * far the leading track was, whichever that is, so use it only where no other source exists. 0 where nothing was
 * written down.
 */
export function framesOfPart(session: SessionRecord, type: Track, part: number): number {
  const markers = session.markers.filter((marker) => marker.part === part).map(({ frame }) => frame);
  const report = session.parts.find((known) => known.part === part)?.report;
  const told = report?.tracks.find(({ track }) => track === type)?.expected ?? 0;
  const inFile = told - framesOf(report?.gaps ?? [], type, true);
  return greatest([...markers, inFile]);
}

/**
 * The greatest possible length of a part, in frames: from its beginning to the last change of its file. 0 where the
 * clock was set back in between.
 */
export function framesOfTime(
  session: SessionRecord,
  { part, finalName, lastWrittenMs }: ExaminedMaster,
): number {
  const takenSeconds = parsePartFileName(finalName)?.unixSeconds;
  const startedAt = session.parts.find((known) => known.part === part)?.started_at;
  const startedMs = Date.parse(startedAt ?? session.started_at);
  const takenMs = takenSeconds === undefined ? startedMs : takenSeconds * 1000;
  const seconds = (lastWrittenMs - (startedAt === undefined ? takenMs : startedMs)) / 1000;
  const within = Math.min(Math.max(0, seconds), PROTOCOL_LIMITS.maxDurationSeconds);
  return Math.floor(within * sampleRateOf(session, part));
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
