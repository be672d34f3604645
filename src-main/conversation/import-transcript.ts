import { LecternError } from '../contract/errors.ts';
import type { Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { wallTimeAt } from '../contract/session-time.ts';
import {
  MAX_SESSION_CHARACTERS,
  MAX_SESSION_ENTRIES,
  MAX_TRANSCRIPT_CHARACTERS,
  type ImportedText,
  type Transcript,
  type TranscriptEntry,
  type TranscriptImportFormat,
} from '../contract/transcript.ts';
import { decodeText } from '../transcribe/formats/decode-text.ts';
import { parseAny } from '../transcribe/formats/parse-any.ts';
import { parseJson } from '../transcribe/formats/parse-json.ts';
import { parsePlainText } from '../transcribe/formats/parse-plain-text.ts';
import { parseSrt } from '../transcribe/formats/parse-srt.ts';
import { parseTable } from '../transcribe/formats/parse-table.ts';
import { parseVtt } from '../transcribe/formats/parse-vtt.ts';
import { readEach, type TextParser, type TimedText } from '../transcribe/formats/timed-text.ts';
import { turnsOf } from './conversation-lines.ts';
import { createTurnFinder } from './join-turns.ts';

export interface TextImport {
  readonly role: Track;
  /** One of the two: text, or a file's bytes in base64. */
  readonly text?: string | undefined;
  readonly data?: string | undefined;
  /** Of the bytes; told from them where it is not said. */
  readonly encoding?: string | undefined;
  /** Seen from the text where it is not said. */
  readonly format?: TranscriptImportFormat | undefined;
  /** Where in the session the text's own zero lies. */
  readonly offsetMs?: number | undefined;
}

/** The lines of a file, with what is to be said of them. */
export interface ImportedEntries {
  readonly entries: TranscriptEntry[];
  readonly said: ImportedText;
}

const PARSERS: Record<TranscriptImportFormat, TextParser> = {
  srt: parseSrt,
  vtt: parseVtt,
  whisper: parseJson,
  json: parseJson,
  table: parseTable,
  text: parsePlainText,
};

/** Recognisers hear the last word out a little beyond the end. */
const TOLERATED_MS = 1000;

/**
 * The lines of a file from elsewhere, each in the turn of its role that it shares most time with. Lines that cannot be understood
 * are left out and counted. Those that lie outside the audio keep their times, so that nothing is lost where only the offset was
 * wrong, and are counted too. Throws INVALID_TRANSCRIPT where nothing can be understood.
 */
export function importedEntries(
  session: SessionRecord,
  given: TextImport,
  newId: () => string,
): ImportedEntries {
  const { role, format, offsetMs = 0 } = given;
  const { text, encoding } = textOf(given);
  const audioMs = session.duration_seconds * 1000;
  const findTurn = createTurnFinder(turnsOf(session), role);
  let skipped = 0;
  let problem: string | undefined;
  const onSkipped = ({ message }: LecternError): void => {
    skipped++;
    problem ??= message;
  };
  let outside = 0;
  const moved = (ms: number): number => Math.max(0, ms + offsetMs);

  const entryOf = (piece: TimedText): TranscriptEntry => {
    if (piece.text.length > MAX_TRANSCRIPT_CHARACTERS)
      throw new LecternError(
        'INVALID_TRANSCRIPT',
        `Expected lines of at most ${MAX_TRANSCRIPT_CHARACTERS} characters, got one of ${piece.text.length}`,
      );
    const start_ms = piece.start_ms === null ? null : moved(piece.start_ms);
    const end_ms =
      start_ms === null ? null : piece.end_ms === null ? Math.max(start_ms, audioMs) : moved(piece.end_ms);
    if (start_ms !== null && isOutside((piece.start_ms ?? 0) + offsetMs, end_ms ?? start_ms, audioMs))
      outside++;
    const turn = start_ms === null ? undefined : findTurn(start_ms, end_ms ?? start_ms);
    return {
      id: newId(),
      turn_id: turn?.turn_id ?? null,
      role,
      speaker: piece.speaker,
      text: piece.text,
      interrupted: turn?.interrupted ?? false,
      occurred_at: wallTimeAt(session, start_ms ?? audioMs),
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
  };

  const pieces = (format === undefined ? parseAny : PARSERS[format])(text, onSkipped);
  const entries = readEach(pieces, (piece) => [entryOf(piece)], onSkipped);
  return {
    entries,
    said: {
      imported: entries.length,
      ...(skipped > 0 ? { skipped, problem } : {}),
      ...(outside > 0 ? { outside_audio: outside } : {}),
      ...(encoding === undefined || encoding === 'utf-8' ? {} : { encoding }),
    },
  };
}

/** Where the end alone is too late by little, rounding is to blame. */
function isOutside(startMs: number, endMs: number, audioMs: number): boolean {
  return startMs < -TOLERATED_MS || startMs >= Math.max(audioMs, 1) || endMs > audioMs + TOLERATED_MS;
}

/** Throws INVALID_INPUT where there is not one of the two, INVALID_TRANSCRIPT for bytes that are no text. */
function textOf({ text, data, encoding }: TextImport): { text: string; encoding?: string } {
  if ((text === undefined) === (data === undefined))
    throw new LecternError('INVALID_INPUT', 'Expected either text, or data with the bytes of a file');
  if (data === undefined) return { text: (text ?? '').toWellFormed() };
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') !== data)
    throw new LecternError('INVALID_INPUT', 'Expected data to be base64 with its padding');
  return decodeText(bytes, encoding);
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
  requireExtent(transcript.entries.length, characters);
  return transcript;
}

/** Throws TRANSCRIPT_FULL where this is more than a session may have. */
export function requireExtent(entries: number, characters: number): void {
  if (entries <= MAX_SESSION_ENTRIES && characters <= MAX_SESSION_CHARACTERS) return;
  throw new LecternError(
    'TRANSCRIPT_FULL',
    `A session holds at most ${MAX_SESSION_ENTRIES} lines and ${MAX_SESSION_CHARACTERS} characters, ` +
      `this would be ${entries} and ${characters}`,
  );
}
