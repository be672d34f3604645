import { z } from 'zod';
import { trackSchema } from './audio-format.ts';
import { MAX_SPEAKER_CHARACTERS } from './limits.ts';

/** A word with its place in the session, in milliseconds. */
export const transcriptWordSchema = z.object({
  text: z.string().min(1),
  start_ms: z.number().min(0),
  end_ms: z.number().min(0),
});
export type TranscriptWord = z.infer<typeof transcriptWordSchema>;

/** Where text came from. What a person typed or corrected is never replaced by a recogniser. */
export const transcriptSourceSchema = z.enum(['live', 'recogniser', 'import', 'edited']);
export type TranscriptSource = z.infer<typeof transcriptSourceSchema>;

/** Characters of one entry; a turn of an hour is shorter. */
export const MAX_TRANSCRIPT_CHARACTERS = 100_000;
/** Entries and characters of one session: more than two days of talk, and what a hostile client may leave behind. */
export const MAX_SESSION_ENTRIES = 100_000;
export const MAX_SESSION_CHARACTERS = 20_000_000;
/** Words with times of one entry: no text of so many characters has more. */
export const MAX_ENTRY_WORDS = MAX_TRANSCRIPT_CHARACTERS / 2;

/** What somebody said: a row of `session_transcripts`. */
export const transcriptEntrySchema = z.object({
  id: z.uuid(),
  /** The turn it was said in; null where no turn is known, as for an imported file. */
  turn_id: z.uuid().nullable(),
  role: trackSchema,
  /** The speaker's label within the role, where a diarizer told several apart; null for one voice. */
  speaker: z.string().nullable(),
  text: z.string().max(MAX_TRANSCRIPT_CHARACTERS),
  interrupted: z.boolean(),
  occurred_at: z.iso.datetime(),
  /** Position in the session, in milliseconds; null where only the order is known. */
  start_ms: z.number().min(0).nullable(),
  end_ms: z.number().min(0).nullable(),
  words: z.array(transcriptWordSchema).nullable(),
  source: transcriptSourceSchema,
  /** What stood here before a person changed it; absent where nobody did. */
  original: z.string().max(MAX_TRANSCRIPT_CHARACTERS).optional(),
});
export type TranscriptEntry = z.infer<typeof transcriptEntrySchema>;

/** Names that the user gave: a key is a role (`user`, `assistant`) or `role:label` of a diarizer. */
export const speakerNamesSchema = z.record(
  z.string().max(MAX_SPEAKER_CHARACTERS),
  z.string().trim().min(1).max(MAX_SPEAKER_CHARACTERS),
);
export type SpeakerNames = z.infer<typeof speakerNamesSchema>;

/** Everything said in a session, in the order in which it was said. */
export const transcriptSchema = z.object({
  /** Counts the changes: of two accounts the one with more is the later. */
  revision: z.int().min(0),
  speakers: speakerNamesSchema,
  entries: z.array(transcriptEntrySchema),
});
export type Transcript = z.infer<typeof transcriptSchema>;

/** `transcript.json`: all text of a session, so that its folder is readable without the database. */
export const transcriptFileSchema = z.object({ version: z.literal(1), transcript: transcriptSchema });

/** A turn or text in the order it was said: a transcript joined to its audio. */
export const conversationLineSchema = z.object({
  turn_id: z.uuid().nullable(),
  transcript_id: z.uuid().nullable(),
  role: trackSchema,
  speaker: z.string().nullable(),
  /** Null for a turn of which no text is known. */
  text: z.string().nullable(),
  words: z.array(transcriptWordSchema).nullable(),
  source: transcriptSourceSchema.nullable(),
  /** What stood here before a person changed it; absent where nobody did. */
  original: z.string().optional(),
  /** Cut short: the other side began to speak over it, or the session ended in it. */
  interrupted: z.boolean(),
  occurred_at: z.iso.datetime(),
  /** The text's own position where it is known, else its turn's. */
  start_ms: z.number().min(0).nullable(),
  end_ms: z.number().min(0).nullable(),
  /**
   * Where to fetch the turn's audio as a WAV of its own; null for text without a turn. A turn that lies in two parts
   * begins here and goes on in the segments that `conversationTurnSchema` lists.
   */
  audio_url: z.string().nullable(),
  /** The whole turn's. */
  duration_ms: z.number().min(0).nullable(),
});
export type ConversationLine = z.infer<typeof conversationLineSchema>;

/** Who spoke from when to when, and where it can be heard. */
export const conversationTurnSchema = z.object({
  turn_id: z.uuid(),
  role: trackSchema,
  start_ms: z.number().min(0),
  end_ms: z.number().min(0),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime(),
  duration_ms: z.number().min(0),
  interrupted: z.boolean(),
  bleed: z.boolean(),
  /** One for each part that the turn lies in, in order. */
  segments: z.array(
    z.object({
      segment_id: z.uuid(),
      part: z.int().min(1),
      start_ms: z.number().min(0),
      end_ms: z.number().min(0),
      audio_url: z.string(),
    }),
  ),
});
export type ConversationTurn = z.infer<typeof conversationTurnSchema>;

/** All that was said in a session and all that was heard of it. */
export const conversationSchema = z.object({
  /** The transcript's. */
  revision: z.int().min(0),
  speakers: speakerNamesSchema,
  /** In the order in which it was said. Turns that are only the other side's sound again are left out. */
  lines: z.array(conversationLineSchema),
  turns: z.array(conversationTurnSchema),
});
export type Conversation = z.infer<typeof conversationSchema>;

export const transcriptExportFormatSchema = z.enum(['srt', 'vtt', 'txt', 'md', 'json']);
export type TranscriptExportFormat = z.infer<typeof transcriptExportFormatSchema>;

/**
 * `json` is that of any recogniser, told apart by their own keys, and `whisper` an older name for it; `table` is TSV, CSV or
 * Audacity's labels; `text` is lines with their times.
 */
export const transcriptImportFormatSchema = z.enum(['srt', 'vtt', 'whisper', 'json', 'table', 'text']);
export type TranscriptImportFormat = z.infer<typeof transcriptImportFormatSchema>;

/** What was said, written for others. */
export const exportedTranscriptSchema = z.object({
  /** After the session's title; fit for every system. */
  file_name: z.string(),
  /** Its text is UTF-8. */
  media_type: z.string(),
  text: z.string(),
});
export type ExportedTranscript = z.infer<typeof exportedTranscriptSchema>;

/** What became of a file whose text was imported. */
export const importedTextSchema = z.object({
  /** Lines taken. */
  imported: z.int().min(0),
  /** Lines that could not be understood and were left out; absent for none. */
  skipped: z.int().min(1).optional(),
  /** What was wrong with the first of them. */
  problem: z.string().optional(),
  /** Lines that were taken as they are, with times that lie before or beyond the session's audio; absent for none. */
  outside_audio: z.int().min(1).optional(),
  /** What the bytes were read as, where that was not UTF-8, as WHATWG's Encoding Standard names it. */
  encoding: z.string().optional(),
});
export type ImportedText = z.infer<typeof importedTextSchema>;

/** Characters of a file that is imported: half a day of Whisper's JSON with all its words. */
export const MAX_IMPORT_CHARACTERS = 16_000_000;
/** Characters of base64 for a file of as many bytes. */
export const MAX_IMPORT_BASE64 = Math.ceil(MAX_IMPORT_CHARACTERS / 3) * 4;
