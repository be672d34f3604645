import { randomUUID } from 'node:crypto';
import type { ApiHandlers } from '../contract/api.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { conversationOf } from '../conversation/conversation-lines.ts';
import { newEntry, textNotFound, withChangedText } from '../conversation/edit-transcript.ts';
import { exportTranscript } from '../conversation/export-transcript.ts';
import { importedEntries, withImported } from '../conversation/import-transcript.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { createTextReader } from '../transcribe/text-reader.ts';
import { requireTrack } from './require-track.ts';

export interface ConversationHandlersOptions {
  readonly transcripts: TranscriptStore;
  /** Throws SESSION_NOT_FOUND. */
  readonly find: (id: string) => SessionRecord;
  /** Rejects with SESSION_ACTIVE too: only its recorder may add to a running session's text. */
  readonly findFinished: (id: string) => Promise<SessionRecord>;
}

type ConversationName =
  | 'sessions.conversation'
  | 'sessions.speakers'
  | 'sessions.transcript.add'
  | 'sessions.transcript.update'
  | 'sessions.transcript.delete'
  | 'sessions.transcript.import'
  | 'sessions.transcript.export';

/** Handles the operations on the text of sessions. */
export function createConversationHandlers(
  options: ConversationHandlersOptions,
): Pick<ApiHandlers, ConversationName> {
  const { transcripts, find, findFinished } = options;
  const reader = createTextReader();
  return {
    'sessions.conversation': async ({ id }) => {
      const session = find(id);
      return conversationOf(session, await transcripts.read(id));
    },
    'sessions.speakers': async ({ id, speakers }) => {
      await findFinished(id);
      await transcripts.nameSpeakers(id, speakers);
      return { speakers };
    },
    'sessions.transcript.add': async ({ id, ...text }) => {
      const session = await findFinished(id);
      requireTrack(session, 'role', text.role);
      const entry = newEntry(randomUUID(), session, text);
      await transcripts.addLine(id, entry);
      return entry;
    },
    'sessions.transcript.update': async ({ id, entry, ...change }) => {
      requireTrack(await findFinished(id), 'role', change.role);
      const after = await transcripts.editLine(id, entry, (before) => withChangedText(before, change));
      if (after === undefined) throw textNotFound(entry);
      return after;
    },
    'sessions.transcript.delete': async ({ id, entry }) => {
      await findFinished(id);
      await transcripts.editLine(id, entry, () => undefined);
      return { entry };
    },
    'sessions.transcript.import': async ({ id, offset_ms, replace, ...given }) => {
      const session = await findFinished(id);
      requireTrack(session, 'role', given.role);
      const { entries, said } = await importedEntries(
        session,
        { ...given, offsetMs: offset_ms },
        { newId: randomUUID, reader },
      );
      await transcripts.change(id, (transcript) =>
        withImported(transcript, entries, replace === true ? given.role : undefined),
      );
      return said;
    },
    'sessions.transcript.export': async ({ id, format, role }) => {
      const session = find(id);
      requireTrack(session, 'role', role);
      const conversation = await conversationOf(session, await transcripts.read(id));
      return exportTranscript(session, conversation, format, role);
    },
  };
}
