import { isSide, type Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/**
 * Refuses a track that a session does not have. Either side is one that could have spoken, whether or not it was recorded.
 * @param key what the track was given as. Throws INVALID_INPUT.
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
