import type { ConversationLine, SpeakerNames } from '../../../src-main/contract/transcript.ts';
import { t } from '../../i18n/i18n.ts';
import { speakerOfTrack } from '../../i18n/track-words.ts';
import { useConversation } from '../app-context.ts';

/** A line's key in `speakers`: its role, or the diarizer's label within it. */
export function speakerKey({ role, speaker }: Pick<ConversationLine, 'role' | 'speaker'>): string {
  return speaker === null ? role : `${role}:${speaker}`;
}

function nameOf(line: ConversationLine, speakers: SpeakerNames): string {
  const given = givenName(speakers, speakerKey(line));
  if (given !== undefined) return given;
  const side = givenName(speakers, line.role) ?? speakerOfTrack(line.role);
  return line.speaker === null ? side : t('conversation.speakerOf', { side, speaker: line.speaker });
}

/** A track's name may be the name of a property that every object has. */
function givenName(speakers: SpeakerNames, key: string): string | undefined {
  return Object.hasOwn(speakers, key) ? speakers[key] : undefined;
}

/** The user's name for a voice, or its side's name. */
export function useSpeakerName(line: ConversationLine): string {
  return useConversation((state) => nameOf(line, state.speakers));
}
