import { z } from 'zod';
import { wireErrorSchema } from './errors.ts';
import { sessionIdSchema } from './session-id.ts';

/** Where a session stands on its way to a transcript. */
export const jobStateSchema = z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']);
export type JobState = z.infer<typeof jobStateSchema>;

/** A row of `jobs`: one session's way through the recogniser. Never deleted with its failure. */
export const jobSchema = z.object({
  id: z.uuid(),
  session_id: sessionIdSchema,
  kind: z.enum(['transcribe']),
  state: jobStateSchema,
  /** Tries begun so far. */
  attempts: z.int().min(0),
  /** 0..1 of the audio. */
  progress: z.number().min(0).max(1),
  /** Not tried again before this moment. */
  not_before: z.iso.datetime().nullable(),
  error: wireErrorSchema.nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type Job = z.infer<typeof jobSchema>;

/** Where a session stands on its way to text, as sessions show it: its latest job. */
export const sessionProcessingSchema = jobSchema
  .pick({
    state: true,
    attempts: true,
    progress: true,
    not_before: true,
    error: true,
    updated_at: true,
  })
  .extend({ job_id: z.uuid() });
export type SessionProcessing = z.infer<typeof sessionProcessingSchema>;

/** A program that is run for each piece of audio. Its arguments never pass through a shell. */
const commandShape = {
  kind: z.literal('command'),
  /** Absolute path, or a name found on PATH. */
  program: z.string().min(1).max(1000),
  /**
   * `{audio}`, `{output}`, `{language}` and `{model}` are replaced. One that has no value is left out, and with it the
   * option before it.
   */
  args: z.array(z.string().max(2000)).max(100),
  /** Where the answer is: what the program prints, or the file it writes to `{output}`. */
  output: z.enum(['stdout', 'file']),
  model: z.string().max(1000).nullable(),
  /** Given up after this many seconds without an end, for each piece. */
  timeout_seconds: z.int().min(1).max(86_400),
};

/**
 * Who turns audio into text. `command` runs a program once for each piece of audio. `openai` is any server with
 * `/v1/audio/transcriptions`. Keys are kept in a file of their own, not here.
 */
export const recogniserSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    ...commandShape,
    /** `whisper` is whisper.cpp's and OpenAI's JSON; which of the two is seen from it. */
    format: z.enum(['text', 'srt', 'vtt', 'whisper']),
    language: z.string().max(20).nullable(),
  }),
  z.strictObject({
    kind: z.literal('openai'),
    /** Up to but without `/audio/transcriptions`, such as `http://127.0.0.1:8080/v1`. */
    base_url: z.url({ protocol: /^https?$/ }).max(1000),
    // It becomes a field of a form.
    model: z.string().regex(/^[^\p{Cc}"]{1,200}$/u),
    language: z.string().max(20).nullable(),
    /** Largest upload the server takes, in MB of 1024*1024 bytes. */
    max_upload_mb: z.number().min(0.1).max(10_000),
    timeout_seconds: z.int().min(1).max(86_400),
  }),
]);
export type RecogniserSettings = z.infer<typeof recogniserSettingsSchema>;

/** Who tells several voices of one track apart: a program that answers in RTTM, run once for each track. */
export const diarizerSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject(commandShape),
]);
export type DiarizerSettings = z.infer<typeof diarizerSettingsSchema>;

/** Largest number of sessions that are transcribed at once. */
export const MAX_WORKERS = 4;

/** What came of trying a recogniser on a few seconds of speech. */
export const recogniserTrialSchema = z.object({
  /** What it said; empty where it said nothing. */
  text: z.string(),
  /** What is spoken there, as far as that is known. */
  spoken: z.string(),
  /** True where text, and where words, came with times. */
  has_times: z.boolean(),
  has_words: z.boolean(),
  took_ms: z.number().min(0),
  /** Why it failed: what was expected, and what came. */
  error: wireErrorSchema.nullable(),
});
export type RecogniserTrial = z.infer<typeof recogniserTrialSchema>;
