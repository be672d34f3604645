import { compareTypes, type Track } from '../../../src-main/contract/audio-format.ts';
import type { ConversationLine } from '../../../src-main/contract/transcript.ts';
import { t } from '../../i18n/i18n.ts';
import { speakerOfTrack } from '../../i18n/track-words.ts';
import { useApp, useConversation } from '../app-context.ts';

/** Which lines are shown: of one side, of those that were cut short. */
export function ConversationFilters() {
  const { conversation } = useApp();
  const { role, interruptedOnly } = useConversation((state) => state.filter);
  const interrupted = useConversation((state) => state.lines.filter((line) => line.interrupted).length);
  const roles = useConversation((state) => rolesOf(state.lines).join(' '));
  const sides = roles === '' ? [] : roles.split(' ');
  if (sides.length < 2 && interrupted === 0) return null;
  return (
    <div className="button-row conversation-filters" role="group" aria-label={t('conversation.filter')}>
      {sides.length > 1 &&
        [null, ...sides].map((side) => (
          <button
            key={side ?? 'all'}
            type="button"
            data-side={side ?? undefined}
            aria-pressed={role === side}
            onClick={() => conversation.filter({ role: side })}
          >
            {side === null ? t('conversation.everyone') : speakerOfTrack(side)}
          </button>
        ))}
      {interrupted > 0 && (
        <button
          type="button"
          aria-pressed={interruptedOnly}
          onClick={() => conversation.filter({ interruptedOnly: !interruptedOnly })}
        >
          {t('conversation.interruptedOnly', { count: interrupted })}
        </button>
      )}
    </div>
  );
}

function rolesOf(lines: readonly Pick<ConversationLine, 'role'>[]): Track[] {
  return [...new Set(lines.map(({ role }) => role))].toSorted(compareTypes);
}
