import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { wallTimeAt } from '../contract/session-time.ts';
import type { SpeakerNames, Transcript, TranscriptEntry } from '../contract/transcript.ts';
import { turnsOf } from './conversation-lines.ts';

/** What a person says was said. */
export interface NewText {
  readonly role: TranscriptEntry['role'];
  readonly text: string;
  readonly speaker?: string | null | undefined;
  readonly turn_id?: string | null | undefined;
  readonly start_ms?: number | null | undefined;
  readonly end_ms?: number | null | undefined;
}

export interface TextChange {
  readonly text?: string | undefined;
  readonly role?: TranscriptEntry['role'] | undefined;
  readonly speaker?: string | null | undefined;
}

/** An entry that a person wrote; where a turn or a position is given, there, else at the end. */
export function newEntry(id: string, session: SessionRecord, added: NewText): TranscriptEntry {
  const { turn_id = null, speaker = null, role, text } = added;
  const turn = turnsOf(session).find((candidate) => candidate.turn_id === turn_id);
  if (turn_id !== null && turn === undefined)
    throw new LecternError('INVALID_INPUT', `turn_id: expected a turn of this session, got "${turn_id}"`);
  const start_ms = added.start_ms ?? turn?.start_ms ?? null;
  const end_ms = added.end_ms ?? turn?.end_ms ?? start_ms;
  if (start_ms !== null && end_ms !== null && end_ms < start_ms)
    throw new LecternError(
      'INVALID_INPUT',
      `end_ms: expected at least start_ms (${start_ms}), got ${end_ms}`,
    );
  return {
    id,
    turn_id,
    role,
    speaker,
    text,
    interrupted: turn?.interrupted ?? false,
    occurred_at:
      turn !== undefined && start_ms !== null
        ? new Date(Date.parse(turn.started_at) + Math.round(start_ms - turn.start_ms)).toISOString()
        : wallTimeAt(session, start_ms ?? session.duration_seconds * 1000),
    start_ms,
    end_ms,
    words: null,
    source: 'edited',
  };
}

/** The transcript with one entry changed by a person. Its words go with its old text, which is kept as the original. */
export function withChangedText(transcript: Transcript, entryId: string, change: TextChange): Transcript {
  const before = entryOf(transcript, entryId);
  const { text = before.text, role = before.role, speaker = before.speaker } = change;
  if (text === before.text && role === before.role && speaker === before.speaker) return transcript;
  const retold = text !== before.text;
  const original = before.original ?? (before.source === 'edited' ? undefined : before.text);
  const after: TranscriptEntry = {
    ...before,
    text,
    role,
    speaker,
    words: retold ? null : before.words,
    source: 'edited',
    ...(retold && original !== undefined ? { original } : {}),
  };
  return {
    ...transcript,
    entries: transcript.entries.map((entry) => (entry.id === entryId ? after : entry)),
  };
}

export function withoutText(transcript: Transcript, entryId: string): Transcript {
  entryOf(transcript, entryId);
  return { ...transcript, entries: transcript.entries.filter(({ id }) => id !== entryId) };
}

export function withSpeakers(transcript: Transcript, speakers: SpeakerNames): Transcript {
  return { ...transcript, speakers };
}

export function entryOf({ entries }: Transcript, entryId: string): TranscriptEntry {
  const entry = entries.find(({ id }) => id === entryId);
  if (entry === undefined)
    throw new LecternError('TEXT_NOT_FOUND', `There is no line ${entryId} in this session's text`);
  return entry;
}
