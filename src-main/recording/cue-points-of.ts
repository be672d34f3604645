import type { SessionRecord } from '../contract/session-record.ts';
import type { CuePoint } from '../files/cue-chunks.ts';

/** The cue points that a part's files have, or were to have, by how many frames are in them. */
export function cuePointsOf(session: SessionRecord, part: number): (frames: number) => readonly CuePoint[] {
  return (frames) =>
    session.markers
      .filter((marker) => marker.part === part && marker.frame <= frames)
      .map(({ frame, label }) => ({ frame, label }));
}
