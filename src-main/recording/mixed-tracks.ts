import { SIDES, type RecordingType, type Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/** The tracks that a session's mix is made of. */
export function mixedTracks({ tracks }: Pick<SessionRecord, 'tracks'>): readonly Track[] {
  return tracks.length > 1 ? tracks : SIDES;
}

/**
 * The tracks of a session whose found files have these types. A mix needs several tracks, even if their files were
 * not kept.
 */
export function tracksOfTypes(types: readonly RecordingType[]): Track[] {
  const tracks = types.filter((type) => type !== 'mixed');
  if (!types.includes('mixed') || tracks.length > 1) return tracks;
  return [...new Set([...SIDES, ...tracks])];
}
