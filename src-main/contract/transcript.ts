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

/** The source of a text. A recogniser never replaces text that a person typed or corrected. */
export const transcriptSourceSchema = z.enum(['live', 'recogniser', 'import', 'edited']);
export type TranscriptSource = z.infer<typeof transcriptSourceSchema>;

/** Most characters of one entry; the text of a one-hour turn is shorter. */
export const MAX_TRANSCRIPT_CHARACTERS = 100_000;
/** Most entries and characters of one session: more than two days of talk, and a bound against hostile clients. */
export const MAX_SESSION_ENTRIES = 100_000;
export const MAX_SESSION_CHARACTERS = 20_000_000;
/** Most timed words of one entry: a text of that length cannot have more. */
export const MAX_ENTRY_WORDS = MAX_TRANSCRIPT_CHARACTERS / 2;

/** What somebody said: a row of `session_transcripts`. */
export const transcriptEntrySchema = z.object({
  id: z.uuid(),
  /** The turn of this text; null where no turn is known, as for an imported file. */
  turn_id: z.uuid().nullable(),
  role: trackSchema,
  /** The speaker's label within the role, where a diarizer found several; null for one voice. */
  speaker: z.string().nullable(),
  text: z.string().max(MAX_TRANSCRIPT_CHARACTERS),
  interrupted: z.boolean(),
  occurred_at: z.iso.datetime(),
  /** Position in the session, in milliseconds; null where only the order is known. */
  start_ms: z.number().min(0).nullable(),
  end_ms: z.number().min(0).nullable(),
  words: z.array(transcriptWordSchema).nullable(),
  source: transcriptSourceSchema,
  /** The text before a person changed it; absent where nobody did. */
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
  /** Counts the changes: the account with the higher revision is the later one. */
  revision: z.int().min(0),
  speakers: speakerNamesSchema,
  entries: z.array(transcriptEntrySchema),
});
export type Transcript = z.infer<typeof transcriptSchema>;

/** `transcript.json`: a session's whole text, readable without the database. */
export const transcriptFileSchema = z.object({ version: z.literal(1), transcript: transcriptSchema });

/** A turn or a text, in the order of speaking: a transcript joined to its audio. */
export const conversationLineSchema = z.object({
  turn_id: z.uuid().nullable(),
  transcript_id: z.uuid().nullable(),
  role: trackSchema,
  speaker: z.string().nullable(),
  /** Null for a turn without known text. */
  text: z.string().nullable(),
  words: z.array(transcriptWordSchema).nullable(),
  source: transcriptSourceSchema.nullable(),
  /** The text before a person changed it; absent where nobody did. */
  original: z.string().optional(),
  /** Cut short: the other side began to speak over it, or the session ended in it. */
  interrupted: z.boolean(),
  occurred_at: z.iso.datetime(),
  /** The text's own position where it is known, else its turn's. */
  start_ms: z.number().min(0).nullable(),
  end_ms: z.number().min(0).nullable(),
  /**
   * Where to fetch the turn's audio as a WAV; null for text without a turn. Where a turn lies in two parts, this is
   * its first segment; `conversationTurnSchema` lists all.
   */
  audio_url: z.string().nullable(),
  /** Of the whole turn. */
  duration_ms: z.number().min(0).nullable(),
});
export type ConversationLine = z.infer<typeof conversationLineSchema>;

/** Who spoke from when to when, and where to hear it. */
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

/** All text and all turns of a session. */
export const conversationSchema = z.object({
  /** The transcript's revision. */
  revision: z.int().min(0),
  speakers: speakerNamesSchema,
  /** In the order of speaking. Turns that are only echo are left out. */
  lines: z.array(conversationLineSchema),
  turns: z.array(conversationTurnSchema),
});
export type Conversation = z.infer<typeof conversationSchema>;

export const transcriptExportFormatSchema = z.enum(['srt', 'vtt', 'txt', 'md', 'json']);
export type TranscriptExportFormat = z.infer<typeof transcriptExportFormatSchema>;

/**
 * `json` is the JSON of any recogniser, recognised by its keys; `whisper` is an older name for it. `table` is TSV,
 * CSV or Audacity's labels. `text` is lines with times.
 */
export const transcriptImportFormatSchema = z.enum(['srt', 'vtt', 'whisper', 'json', 'table', 'text']);
export type TranscriptImportFormat = z.infer<typeof transcriptImportFormatSchema>;

/** A transcript written for other programs. */
export const exportedTranscriptSchema = z.object({
  /** A file name made from the session's title, valid on every system. */
  file_name: z.string(),
  /** Its text is UTF-8. */
  media_type: z.string(),
  text: z.string(),
});
export type ExportedTranscript = z.infer<typeof exportedTranscriptSchema>;

/** The result of importing a text file. */
export const importedTextSchema = z.object({
  /** Lines taken. */
  imported: z.int().min(0),
  /** Lines that could not be understood and were left out; absent for none. */
  skipped: z.int().min(1).optional(),
  /** The fault of the first of these lines. */
  problem: z.string().optional(),
  /** Imported lines whose times lie outside the session's audio; absent for none. */
  outside_audio: z.int().min(1).optional(),
  /** The encoding of the bytes where it was not UTF-8, by its name in WHATWG's Encoding Standard. */
  encoding: z.string().optional(),
});
export type ImportedText = z.infer<typeof importedTextSchema>;

/** Characters of a file that is imported: half a day of Whisper's JSON with all its words. */
export const MAX_IMPORT_CHARACTERS = 16_000_000;
/** Characters of base64 for a file of as many bytes. */
export const MAX_IMPORT_BASE64 = Math.ceil(MAX_IMPORT_CHARACTERS / 3) * 4;
