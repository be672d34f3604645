import type { ConversationLine, SpeakerNames } from '../../../src-main/contract/transcript.ts';
import { t } from '../../i18n/i18n.ts';
import { useConversation } from '../app-context.ts';

/** What `speakers` calls a line's voice by: its role, or the diarizer's label within it. */
export function speakerKey({ role, speaker }: Pick<ConversationLine, 'role' | 'speaker'>): string {
  return speaker === null ? role : `${role}:${speaker}`;
}

function nameOf(line: ConversationLine, speakers: SpeakerNames): string {
  const given = speakers[speakerKey(line)];
  if (given !== undefined) return given;
  const side = speakers[line.role] ?? t(`conversation.side.${line.role}`);
  return line.speaker === null ? side : t('conversation.speakerOf', { side, speaker: line.speaker });
}

/** The name that the user gave a voice, or the side it is on. */
export function useSpeakerName(line: ConversationLine): string {
  return useConversation((state) => nameOf(line, state.speakers));
}
