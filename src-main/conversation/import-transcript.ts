import { LecternError } from '../contract/errors.ts';
import type { Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { wallTimeAt } from '../contract/session-time.ts';
import {
  MAX_SESSION_CHARACTERS,
  MAX_SESSION_ENTRIES,
  MAX_TRANSCRIPT_CHARACTERS,
  type Transcript,
  type TranscriptEntry,
  type TranscriptImportFormat,
} from '../contract/transcript.ts';
import { parseSrt } from '../transcribe/formats/parse-srt.ts';
import { parseVtt } from '../transcribe/formats/parse-vtt.ts';
import { parseWhisper } from '../transcribe/formats/parse-whisper.ts';
import type { TimedText } from '../transcribe/formats/timed-text.ts';
import { turnsOf } from './conversation-lines.ts';
import { createTurnFinder } from './join-turns.ts';

export interface TextImport {
  readonly role: Track;
  readonly text: string;
  /** Seen from the text where it is not said. */
  readonly format?: TranscriptImportFormat | undefined;
  /** Where in the session the text's own zero lies. */
  readonly offsetMs?: number | undefined;
}

const PARSERS: Record<TranscriptImportFormat, (text: string) => TimedText[]> = {
  srt: parseSrt,
  vtt: parseVtt,
  whisper: parseWhisper,
};

/** The lines of a file from elsewhere, each in the turn of its role that it shares most time with. */
export function importedEntries(
  session: SessionRecord,
  { role, text, format = formatOf(text), offsetMs = 0 }: TextImport,
  newId: () => string,
): TranscriptEntry[] {
  const findTurn = createTurnFinder(turnsOf(session), role);
  const moved = (ms: number): number => Math.max(0, ms + offsetMs);
  return PARSERS[format](text).map((piece): TranscriptEntry => {
    if (piece.text.length > MAX_TRANSCRIPT_CHARACTERS)
      throw new LecternError(
        'INVALID_TRANSCRIPT',
        `Expected lines of at most ${MAX_TRANSCRIPT_CHARACTERS} characters, got one of ${piece.text.length}`,
      );
    const start_ms = piece.start_ms === null ? null : moved(piece.start_ms);
    const end_ms = piece.end_ms === null ? null : moved(piece.end_ms);
    const turn = start_ms === null ? undefined : findTurn(start_ms, end_ms ?? start_ms);
    return {
      id: newId(),
      turn_id: turn?.turn_id ?? null,
      role,
      speaker: piece.speaker,
      text: piece.text,
      interrupted: turn?.interrupted ?? false,
      occurred_at: wallTimeAt(session, start_ms ?? session.duration_seconds * 1000),
      start_ms,
      end_ms,
      words:
        piece.words?.map((word) => ({
          ...word,
          start_ms: moved(word.start_ms),
          end_ms: moved(word.end_ms),
        })) ?? null,
      source: 'import',
    };
  });
}

/** The transcript with more lines; those imported before for the role give way where they are to be replaced. */
export function withImported(
  transcript: Transcript,
  entries: readonly TranscriptEntry[],
  replacedRole: Track | undefined,
): Transcript {
  const kept = transcript.entries.filter(({ source, role }) => source !== 'import' || role !== replacedRole);
  return withRoomFor({ ...transcript, entries: [...kept, ...entries] });
}

/** The transcript, unless it is more than a session may have. */
export function withRoomFor(transcript: Transcript): Transcript {
  const characters = transcript.entries.reduce((sum, { text }) => sum + text.length, 0);
  if (transcript.entries.length > MAX_SESSION_ENTRIES || characters > MAX_SESSION_CHARACTERS)
    throw new LecternError(
      'TRANSCRIPT_FULL',
      `A session holds at most ${MAX_SESSION_ENTRIES} lines and ${MAX_SESSION_CHARACTERS} characters, ` +
        `this would be ${transcript.entries.length} and ${characters}`,
    );
  return transcript;
}

function formatOf(text: string): TranscriptImportFormat {
  if (/^\ufeff?WEBVTT/.test(text)) return 'vtt';
  return /^\ufeff?\s*\{/.test(text) ? 'whisper' : 'srt';
}
