import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { wallTimeAt } from '../contract/session-time.ts';
import type { TranscriptEntry } from '../contract/transcript.ts';
import { turnNamed } from './conversation-lines.ts';

/** Text that a person enters. */
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

/** An entry written by a person. It goes to the given turn or position, else to the end. */
export function newEntry(id: string, session: SessionRecord, added: NewText): TranscriptEntry {
  const { turn_id = null, speaker = null, role, text } = added;
  const turn = turnNamed(session, turn_id);
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

/** An entry whose text a person changed. The old text is kept as the original; the times of its words are dropped. */
export function withChangedText(before: TranscriptEntry, change: TextChange): TranscriptEntry {
  const { text = before.text, role = before.role, speaker = before.speaker } = change;
  if (text === before.text && role === before.role && speaker === before.speaker) return before;
  const retold = text !== before.text;
  const original = before.original ?? (before.source === 'edited' ? undefined : before.text);
  return {
    ...before,
    text,
    role,
    speaker,
    words: retold ? null : before.words,
    source: 'edited',
    ...(retold && original !== undefined ? { original } : {}),
  };
}

export function textNotFound(entryId: string): LecternError {
  return new LecternError('TEXT_NOT_FOUND', `There is no line ${entryId} in this session's text`);
}
