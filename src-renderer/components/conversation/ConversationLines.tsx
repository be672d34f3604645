import { useEffect, useRef } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { lineKey, shownLines } from '../../store/conversation-controller.ts';
import { useConversation, usePlayer } from '../app-context.ts';
import { ConversationLineRow } from './ConversationLineRow.tsx';

/** The lines in the order of speaking; the line that is playing is marked and kept in view. */
export function ConversationLines({ session }: { session: SessionRecord }) {
  const list = useRef<HTMLOListElement>(null);
  const lines = useConversation((state) => state.lines);
  const filter = useConversation((state) => state.filter);
  const editing = useConversation((state) => state.editing);
  const shown = shownLines({ lines, filter });
  const heard = usePlayer(({ sessionId, playing, positionMs }) => {
    if (!playing || sessionId !== session.id) return '';
    // Where two speak at once, the line that began later is marked.
    const line = shown.findLast(
      ({ start_ms: start, end_ms: end }) =>
        start !== null && end !== null && positionMs >= start && positionMs < end,
    );
    return line === undefined ? '' : lineKey(line);
  });

  useEffect(() => {
    const row = list.current?.querySelector('[data-heard="true"]');
    row?.scrollIntoView({ block: 'nearest' });
  }, [heard]);

  if (shown.length === 0)
    return (
      <p className="hint" role="status">
        {t('conversation.noneShown')}
      </p>
    );
  return (
    <ol className="lines" ref={list} aria-label={t('conversation.heading')}>
      {shown.map((line) => {
        const key = lineKey(line);
        return <ConversationLineRow key={key} line={line} heard={heard === key} editing={editing === key} />;
      })}
    </ol>
  );
}
