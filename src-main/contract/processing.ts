import { z } from 'zod';
import { wireErrorSchema } from './errors.ts';
import { sessionIdSchema } from './session-id.ts';

/** A session's state on the way to a transcript. */
export const jobStateSchema = z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']);
export type JobState = z.infer<typeof jobStateSchema>;

/** A row of `jobs`: one session's transcription. It stays after a failure. */
export const jobSchema = z.object({
  id: z.uuid(),
  session_id: sessionIdSchema,
  kind: z.enum(['transcribe']),
  state: jobStateSchema,
  /** Attempts begun so far. */
  attempts: z.int().min(0),
  /** Share of the audio that is done, 0..1. */
  progress: z.number().min(0).max(1),
  /** The next retry is not before this moment. */
  not_before: z.iso.datetime().nullable(),
  error: wireErrorSchema.nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type Job = z.infer<typeof jobSchema>;

/** A session's state on the way to text, as lists show it: its latest job. */
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
   * `{audio}`, `{output}`, `{language}` and `{model}` are replaced. A placeholder without a value is left out,
   * together with the option before it.
   */
  args: z.array(z.string().max(2000)).max(100),
  /** Where the program's answer is: in its output, or in the file `{output}`. */
  output: z.enum(['stdout', 'file']),
  model: z.string().max(1000).nullable(),
  /** Timeout in seconds, for each piece of audio. */
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
    /** `whisper` is the JSON of whisper.cpp or OpenAI; its keys show which. */
    format: z.enum(['text', 'srt', 'vtt', 'whisper']),
    language: z.string().max(20).nullable(),
  }),
  z.strictObject({
    kind: z.literal('openai'),
    /** The address without `/audio/transcriptions`, such as `http://127.0.0.1:8080/v1`. */
    base_url: z.url({ protocol: /^https?$/ }).max(1000),
    // The model becomes a field of a form.
    model: z.string().regex(/^[^\p{Cc}"]{1,200}$/u),
    language: z.string().max(20).nullable(),
    /** Largest upload the server takes, in MB of 1024*1024 bytes. */
    max_upload_mb: z.number().min(0.1).max(10_000),
    timeout_seconds: z.int().min(1).max(86_400),
  }),
]);
export type RecogniserSettings = z.infer<typeof recogniserSettingsSchema>;

/** The diarizer, which tells apart several voices on one track: a program that answers in RTTM, run once for each track. */
export const diarizerSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject(commandShape),
]);
export type DiarizerSettings = z.infer<typeof diarizerSettingsSchema>;

/** Largest number of sessions that are transcribed at once. */
export const MAX_WORKERS = 4;

/** The result of a recogniser's trial on a few seconds of speech. */
export const recogniserTrialSchema = z.object({
  /** The recogniser's text; empty where it gave none. */
  text: z.string(),
  /** The words that are spoken there, as far as they are known. */
  spoken: z.string(),
  /** True where text, and where words, came with times. */
  has_times: z.boolean(),
  has_words: z.boolean(),
  took_ms: z.number().min(0),
  /** Why the trial failed: what was expected, and what came. */
  error: wireErrorSchema.nullable(),
});
export type RecogniserTrial = z.infer<typeof recogniserTrialSchema>;
