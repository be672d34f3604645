import { useRef, type SubmitEvent, type KeyboardEvent } from 'react';
import type { ConversationLine } from '../../../src-main/contract/transcript.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { speakerKey, useSpeakerName } from './speaker-name.ts';

/** A line's text and its speaker's name. No recogniser replaces text that is typed here. */
export function LineEditor({ line }: { line: ConversationLine }) {
  const { conversation } = useApp();
  const text = useRef<HTMLTextAreaElement>(null);
  const name = useRef<HTMLInputElement>(null);
  const speaker = useSpeakerName(line);
  const cancel = () => conversation.edit(null);

  const save = async (event: SubmitEvent | KeyboardEvent) => {
    event.preventDefault();
    const words = text.current?.value.trim() ?? '';
    const called = name.current?.value ?? '';
    if (called !== speaker && !(await conversation.nameSpeaker(speakerKey(line), called))) return;
    if (words === (line.text ?? '')) cancel();
    else if (words !== '') await conversation.saveText(line, words);
  };

  return (
    <form
      className="line-editor"
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') cancel();
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save(event);
      }}
    >
      <label className="field">
        <span>{t('conversation.speakerName')}</span>
        <input type="text" ref={name} maxLength={80} defaultValue={speaker} />
      </label>
      <label className="field">
        <span>{t('conversation.text')}</span>
        <textarea ref={text} rows={3} maxLength={100_000} defaultValue={line.text ?? ''} autoFocus />
      </label>
      <div className="button-row">
        <button type="submit" className="primary">
          {t('common.save')}
        </button>
        <button type="button" onClick={cancel}>
          {t('common.cancel')}
        </button>
      </div>
    </form>
  );
}
