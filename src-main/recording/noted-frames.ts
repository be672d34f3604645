import type { Track } from '../contract/audio-format.ts';
import { PROTOCOL_LIMITS } from '../contract/limits.ts';
import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { framesOf } from './recovered-part.ts';

/** Frames that a track of a part had by its turns, as they were written down; 0 where there are none. */
export function framesOfTurns(session: SessionRecord, type: Track, part: number): number {
  const ends = session.segments
    .filter((segment) => segment.part === part && segment.role === type)
    .map(({ start_frame, frame_count }) => start_frame + frame_count);
  return greatest(ends);
}

/**
 * Frames that a part had by its markers and its last report: a marker says how far the track was that was ahead, whichever
 * that is, so it speaks for one of which nothing else does. 0 where nothing was written down.
 */
export function framesOfPart(session: SessionRecord, type: Track, part: number): number {
  const markers = session.markers.filter((marker) => marker.part === part).map(({ frame }) => frame);
  const report = session.parts.find((known) => known.part === part)?.report;
  const told = report?.tracks.find(({ track }) => track === type)?.expected ?? 0;
  const inFile = told - framesOf(report?.gaps ?? [], type, true);
  return greatest([...markers, inFile]);
}

/**
 * Frames that there can have been at most between the beginning of a part and the last change of its file; 0 where the
 * clock was set back between.
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
