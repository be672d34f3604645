import { z } from 'zod';
import { trackSchema } from './audio-format.ts';

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
});
export type TranscriptEntry = z.infer<typeof transcriptEntrySchema>;

/** Names that the user gave: a key is a role (`user`, `assistant`) or `role:label` of a diarizer. */
export const speakerNamesSchema = z.record(z.string().max(80), z.string().trim().min(1).max(80));
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

/** A turn or text in the order it was said: the seeds' transcript joined to its audio. */
export const conversationLineSchema = z.object({
  turn_id: z.uuid().nullable(),
  transcript_id: z.uuid().nullable(),
  role: trackSchema,
  speaker: z.string().nullable(),
  /** Null for a turn of which no text is known. */
  text: z.string().nullable(),
  words: z.array(transcriptWordSchema).nullable(),
  source: transcriptSourceSchema.nullable(),
  interrupted: z.boolean(),
  occurred_at: z.iso.datetime(),
  start_ms: z.number().min(0).nullable(),
  end_ms: z.number().min(0).nullable(),
  /** Where to fetch the turn's audio as a WAV of its own; null for text without a turn. */
  audio_url: z.string().nullable(),
  duration_ms: z.number().min(0).nullable(),
});
export type ConversationLine = z.infer<typeof conversationLineSchema>;

export const transcriptExportFormatSchema = z.enum(['srt', 'vtt', 'txt', 'md', 'json']);
export type TranscriptExportFormat = z.infer<typeof transcriptExportFormatSchema>;

/** `whisper` is whisper.cpp's and OpenAI's JSON; which of the two is seen from the text. */
export const transcriptImportFormatSchema = z.enum(['srt', 'vtt', 'whisper']);
export type TranscriptImportFormat = z.infer<typeof transcriptImportFormatSchema>;
