import { memo } from 'react';
import type { ConversationLine } from '../../../src-main/contract/transcript.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { LineEditor } from './LineEditor.tsx';
import { useSpeakerName } from './speaker-name.ts';

interface ConversationLineRowProps {
  line: ConversationLine;
  heard: boolean;
  editing: boolean;
}

/** One turn: who, when, what. A click plays exactly that turn. */
export const ConversationLineRow = memo(function ConversationLineRow({
  line,
  heard,
  editing,
}: ConversationLineRowProps) {
  const app = useApp();
  const speaker = useSpeakerName(line);
  const { start_ms: start, end_ms: end, text, role } = line;
  const time = start === null ? '' : clockText(start / 1000);
  const words = text ?? t('conversation.noText');
  const play = () => {
    if (start !== null) app.player.playFrom(start, { untilMs: end, role });
  };
  return (
    <li className="line" data-side={role} data-heard={heard} aria-current={heard ? 'true' : undefined}>
      {editing ? (
        <LineEditor line={line} />
      ) : (
        <>
          <button type="button" className="line-play" aria-disabled={start === null} onClick={play}>
            <span className="sr-only">{t('conversation.play')} </span>
            <span className="time">{time}</span>
            <span className="line-words">
              <span className="speaker">{speaker}</span>{' '}
              {line.interrupted && <span className="badge cut-short">{t('conversation.interrupted')}</span>}{' '}
              <span data-empty={text === null}>{words}</span>
            </span>
          </button>
          <button
            type="button"
            className="icon-button line-edit"
            aria-label={t('conversation.edit', { time, speaker })}
            onClick={() => app.conversation.edit(line)}
          >
            <Icon name="pencil" />
          </button>
        </>
      )}
    </li>
  );
});
