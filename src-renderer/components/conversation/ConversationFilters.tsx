import type { Track } from '../../../src-main/contract/audio-format.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useConversation } from '../app-context.ts';

const SIDES = [null, 'user', 'assistant'] as const satisfies readonly (Track | null)[];

/** Which lines are shown: of one side, of those that were cut short. */
export function ConversationFilters() {
  const { conversation } = useApp();
  const { role, interruptedOnly } = useConversation((state) => state.filter);
  const interrupted = useConversation((state) => state.lines.filter((line) => line.interrupted).length);
  const sides = useConversation((state) => new Set(state.lines.map((line) => line.role)).size);
  if (sides < 2 && interrupted === 0) return null;
  return (
    <div className="button-row conversation-filters" role="group" aria-label={t('conversation.filter')}>
      {sides > 1 &&
        SIDES.map((side) => (
          <button
            key={side ?? 'all'}
            type="button"
            data-side={side ?? undefined}
            aria-pressed={role === side}
            onClick={() => conversation.filter({ role: side })}
          >
            {side === null ? t('conversation.everyone') : t(`conversation.side.${side}`)}
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
