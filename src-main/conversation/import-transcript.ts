import { LecternError } from '../contract/errors.ts';
import type { Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { wallTimeAt } from '../contract/session-time.ts';
import {
  MAX_SESSION_CHARACTERS,
  MAX_SESSION_ENTRIES,
  type ImportedText,
  type Transcript,
  type TranscriptEntry,
} from '../contract/transcript.ts';
import type { TimedText } from '../transcribe/formats/timed-text.ts';
import type { ForeignText } from '../transcribe/read-foreign-text.ts';
import type { TextReader } from '../transcribe/text-reader.ts';
import { turnsOf } from './conversation-lines.ts';
import { createTurnFinder } from './join-turns.ts';

export interface TextImport extends ForeignText {
  readonly role: Track;
  /** The position in the session where the text's time 0 lies. */
  readonly offsetMs?: number | undefined;
}

/** The lines of a file, and the warnings about them. */
export interface ImportedEntries {
  readonly entries: TranscriptEntry[];
  readonly said: ImportedText;
}

/** Recognisers may end the last word a little after the audio. */
const TOLERATED_MS = 1000;

/**
 * The lines of an imported file, each assigned to the turn of its role that it shares most time with. Lines that cannot
 * be parsed are left out and counted. Lines outside the audio keep their times, so that a wrong offset loses nothing,
 * and are counted too. Throws INVALID_TRANSCRIPT where nothing can be parsed.
 */
export async function importedEntries(
  session: SessionRecord,
  given: TextImport,
  { newId, reader }: { readonly newId: () => string; readonly reader: TextReader },
): Promise<ImportedEntries> {
  const { role, offsetMs = 0, text, data, encoding: named, format } = given;
  const audioMs = session.duration_seconds * 1000;
  const findTurn = createTurnFinder(await turnsOf(session), role);
  let outside = 0;
  const moved = (ms: number): number => Math.max(0, ms + offsetMs);

  const entryOf = (piece: TimedText): TranscriptEntry => {
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

  const entries: TranscriptEntry[] = [];
  const { skipped, problem, encoding } = await reader.read(
    { text, data, encoding: named, format },
    (pieces) => {
      for (const piece of pieces) entries.push(entryOf(piece));
    },
  );
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

/** Where only the end is a little too late, the cause is rounding. */
function isOutside(startMs: number, endMs: number, audioMs: number): boolean {
  return startMs < -TOLERATED_MS || startMs >= Math.max(audioMs, 1) || endMs > audioMs + TOLERATED_MS;
}

/** The transcript with more lines. Earlier imports of the role are removed where they are to be replaced. */
export function withImported(
  transcript: Transcript,
  entries: readonly TranscriptEntry[],
  replacedRole: Track | undefined,
): Transcript {
  const kept = transcript.entries.filter(({ source, role }) => source !== 'import' || role !== replacedRole);
  return withRoomFor({ ...transcript, entries: [...kept, ...entries] });
}

/** The transcript, or an error where it is larger than a session allows. */
export function withRoomFor(transcript: Transcript): Transcript {
  const characters = transcript.entries.reduce((sum, { text }) => sum + text.length, 0);
  requireExtent(transcript.entries.length, characters);
  return transcript;
}

/** Throws TRANSCRIPT_FULL where this is more than a session allows. */
export function requireExtent(entries: number, characters: number): void {
  if (entries <= MAX_SESSION_ENTRIES && characters <= MAX_SESSION_CHARACTERS) return;
  throw new LecternError(
    'TRANSCRIPT_FULL',
    `A session holds at most ${MAX_SESSION_ENTRIES} lines and ${MAX_SESSION_CHARACTERS} characters, ` +
      `this would be ${entries} and ${characters}`,
  );
}
