import { isSide, type Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/**
 * Throws INVALID_INPUT for a track that a session does not have. Both sides are always allowed: either could have
 * spoken without being recorded.
 * @param key the input's key for the track.
 */
export function requireTrack(
  { tracks }: Pick<SessionRecord, 'tracks'>,
  key: 'role' | 'track',
  track: Track | undefined,
): void {
  if (track === undefined || tracks.includes(track) || isSide(track)) return;
  throw new LecternError(
    'INVALID_INPUT',
    `${key}: expected a track of this session (${tracks.join(', ')}), got "${track}"`,
  );
}
