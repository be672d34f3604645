import { useEffect } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useConversation } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { ConversationFilters } from './ConversationFilters.tsx';
import { ConversationLines } from './ConversationLines.tsx';
import { TextFiles } from './TextFiles.tsx';
import { Transcription } from './Transcription.tsx';
import { Waveform } from './Waveform.tsx';

/** The text of a session beside its sound, line by line. A click plays a line. */
export function ConversationPanel({ session }: { session: SessionRecord }) {
  const { conversation } = useApp();
  const loaded = useConversation((state) => state.loaded && state.sessionId === session.id);
  const lines = useConversation((state) => state.lines);
  const problem = useConversation((state) => state.problem);
  const { id, revision } = session;
  const tracks = session.tracks.join(' ');

  useEffect(() => {
    void conversation.load(id, session.tracks);
    // Loaded again when the session has changed, which its revision tells.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [conversation, id, revision, tracks]);

  if (!loaded)
    return (
      <p className="appears-late" role="status">
        {t('conversation.loading')}
      </p>
    );
  return (
    <section className="conversation" aria-label={t('conversation.heading')}>
      <Waveform session={session} />
      <Transcription session={session} />
      {problem && <ErrorNote error={problem} onDismiss={() => conversation.dismissProblem()} />}
      {lines.length > 0 && (
        <>
          <ConversationFilters />
          <ConversationLines session={session} />
        </>
      )}
      {lines.length === 0 && !problem && <p className="hint">{t('conversation.empty')}</p>}
      <TextFiles session={session} />
    </section>
  );
}
