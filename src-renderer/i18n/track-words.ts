import { isSide, type RecordingType, type Track } from '../../src-main/contract/audio-format.ts';
import { t } from './i18n.ts';

/** What a person calls whoever a track is of: the sides have words, any other has its own name. */
export function speakerOfTrack(track: Track): string {
  return isSide(track) ? t(`conversation.side.${track}`) : track;
}

/** What a file holds. */
export function trackName(type: RecordingType): string {
  return isSide(type) || type === 'mixed' ? t(`session.track.${type}`) : type;
}
