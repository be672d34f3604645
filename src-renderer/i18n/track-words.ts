import { isSide, type RecordingType, type Track } from '../../src-main/contract/audio-format.ts';
import { t } from './i18n.ts';

/** The name of a track's speaker: the sides have translated names, other tracks their own. */
export function speakerOfTrack(track: Track): string {
  return isSide(track) ? t(`conversation.side.${track}`) : track;
}

/** The name of a file's content. */
export function trackName(type: RecordingType): string {
  return isSide(type) || type === 'mixed' ? t(`session.track.${type}`) : type;
}
