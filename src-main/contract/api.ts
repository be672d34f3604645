import { z } from 'zod';
import {
  channelsSchema,
  exportFormatSchema,
  gainSchema,
  recordingTypeSchema,
  trackSchema,
} from './audio-format.ts';
import type { Result } from './errors.ts';
import { examinationSchema, intakeIdSchema, intakeProgressSchema, mendedFileSchema } from './intake.ts';
import {
  MAX_FILE_NAME_CHARACTERS,
  MAX_NOTES_CHARACTERS,
  MAX_SPEAKER_CHARACTERS,
  MAX_TITLE_CHARACTERS,
} from './limits.ts';
import { fileCheckSchema } from './repair.ts';
import { searchQuerySchema, searchResultSchema } from './search.ts';
import { jobSchema, jobStateSchema, recogniserSettingsSchema, recogniserTrialSchema } from './processing.ts';
import { fileEntrySchema } from './server-messages.ts';
import { sessionIdSchema } from './session-id.ts';
import { sessionRecordSchema } from './session-record.ts';
import { settingsPatchSchema, settingsSchema } from './settings.ts';
import { systemAudioStatusSchema } from './system-audio.ts';
import {
  conversationSchema,
  exportedTranscriptSchema,
  importedTextSchema,
  MAX_IMPORT_BASE64,
  MAX_IMPORT_CHARACTERS,
  MAX_TRANSCRIPT_CHARACTERS,
  speakerNamesSchema,
  transcriptEntrySchema,
  transcriptExportFormatSchema,
  transcriptImportFormatSchema,
} from './transcript.ts';

/** It becomes a header. */
const apiKeySchema = z.string().regex(/^[\x21-\x7e]{1,500}$/);

const sessionReference = z.strictObject({ id: sessionIdSchema });
const textReference = sessionReference.extend({ entry: z.uuid() });
const saidText = z.string().trim().min(1).max(MAX_TRANSCRIPT_CHARACTERS);
const speakerLabel = z.string().trim().min(1).max(MAX_SPEAKER_CHARACTERS).nullable();

const intakeReference = z.strictObject({ id: intakeIdSchema });

const operation = <
  Method extends 'GET' | 'POST' | 'PATCH' | 'DELETE',
  Input extends z.ZodObject,
  Output extends z.ZodType,
>(
  method: Method,
  path: string,
  input: Input,
  output: Output,
) => ({ method, path, input, output });

/** What the encoder is, where it was found, and what it cannot do. */
export const encoderInfoSchema = z.object({
  kind: z.enum(['ffmpeg', 'built-in']),
  /** `LECTERN_FFMPEG`, `ffmpeg-static`, `PATH` or `mediabunny`. */
  source: z.string(),
  version: z.string(),
  formats: z.array(exportFormatSchema),
});
export type EncoderInfo = z.infer<typeof encoderInfoSchema>;

export const appInfoSchema = z.object({
  version: z.string(),
  shell: z.enum(['desktop', 'browser']),
  data_dir: z.string(),
  recordings_dir: z.string(),
  encoder: encoderInfoSchema,
  /** Sessions that a crash had cut off and that this launch has put in order. */
  recovered_sessions: z.array(sessionIdSchema),
  /** Those that a crash cut off and of which files had to be left as they are; absent where nobody looked. */
  unfinished_sessions: z.array(z.object({ id: z.string(), reason: z.string() })).optional(),
  /** The recordings folder is not there: what takes its place until it is, and why. Absent while it is there. */
  recordings_away: z.object({ wanted: z.string(), used: z.string(), reason: z.string() }).optional(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;

/**
 * Everything the app asks of finished sessions and settings, once. The IPC router, the preload's bridge, the
 * HTTP routes and both clients are derived from this object, so no call can exist on one side alone.
 * `:name` in a path is filled from the input's key of that name; the other keys go in the query of a GET or
 * DELETE and in the JSON body of a POST or PATCH.
 */
export const api = {
  'sessions.list': operation(
    'GET',
    '/api/sessions',
    z.strictObject({
      query: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
      offset: z.coerce.number().int().min(0).optional(),
    }),
    z.object({ sessions: z.array(sessionRecordSchema), total: z.int().min(0) }),
  ),
  'sessions.get': operation('GET', '/api/sessions/:id', sessionReference, sessionRecordSchema),
  'sessions.update': operation(
    'PATCH',
    '/api/sessions/:id',
    sessionReference.extend({
      title: z.string().trim().min(1).max(MAX_TITLE_CHARACTERS).optional(),
      notes: z.string().max(MAX_NOTES_CHARACTERS).optional(),
    }),
    sessionRecordSchema,
  ),
  'sessions.delete': operation(
    'DELETE',
    '/api/sessions/:id',
    sessionReference,
    z.object({ id: sessionIdSchema }),
  ),
  'sessions.export': operation(
    'POST',
    '/api/sessions/:id/export',
    sessionReference.extend({
      format: exportFormatSchema,
      track: recordingTypeSchema.optional(),
      gain: gainSchema.optional(),
    }),
    z.object({ files: z.array(fileEntrySchema) }),
  ),
  // Looks at every file of a session, and mends or makes again what can be; damaged files are kept.
  'sessions.repair': operation(
    'POST',
    '/api/sessions/:id/repair',
    sessionReference,
    z.object({ session: sessionRecordSchema, files: z.array(fileCheckSchema) }),
  ),
  'sessions.reveal': operation(
    'POST',
    '/api/sessions/:id/reveal',
    sessionReference,
    z.object({ path: z.string() }),
  ),
  // A file from outside: announced here, its bytes sent to intakeBytesPath, then looked at, mended, added or discarded.
  'intake.begin': operation(
    'POST',
    '/api/intake',
    z.strictObject({
      name: z.string().max(MAX_FILE_NAME_CHARACTERS),
      byte_size: z.int().min(0),
      /** When the file was last changed, in milliseconds since 1970, where the sender knows. */
      modified_ms: z.number().optional(),
    }),
    z.object({ id: intakeIdSchema, name: z.string() }),
  ),
  'intake.progress': operation('GET', '/api/intake/:id', intakeReference, intakeProgressSchema),
  'intake.examine': operation(
    'POST',
    '/api/intake/:id/examine',
    intakeReference.extend({
      /** The true rate and channels, where the file does not say or says it wrongly. */
      sample_rate: z.int().min(1000).max(384_000).optional(),
      channels: channelsSchema.optional(),
    }),
    examinationSchema,
  ),
  'intake.mend': operation('POST', '/api/intake/:id/mend', intakeReference, mendedFileSchema),
  'intake.add': operation(
    'POST',
    '/api/intake/:id/add',
    intakeReference.extend({ title: z.string().trim().min(1).max(MAX_TITLE_CHARACTERS).optional() }),
    sessionRecordSchema,
  ),
  'intake.discard': operation('DELETE', '/api/intake/:id', intakeReference, z.object({ id: intakeIdSchema })),
  'sessions.conversation': operation(
    'GET',
    '/api/sessions/:id/conversation',
    sessionReference,
    conversationSchema,
  ),
  'sessions.speakers': operation(
    'PATCH',
    '/api/sessions/:id/speakers',
    // All the names there are to be: what is not among them loses its name.
    sessionReference.extend({ speakers: speakerNamesSchema }),
    z.object({ speakers: speakerNamesSchema }),
  ),
  'sessions.transcript.add': operation(
    'POST',
    '/api/sessions/:id/transcript',
    sessionReference.extend({
      role: trackSchema,
      text: saidText,
      speaker: speakerLabel.optional(),
      turn_id: z.uuid().nullable().optional(),
      start_ms: z.number().min(0).nullable().optional(),
      end_ms: z.number().min(0).nullable().optional(),
    }),
    transcriptEntrySchema,
  ),
  'sessions.transcript.update': operation(
    'PATCH',
    '/api/sessions/:id/transcript/:entry',
    textReference.extend({
      text: saidText.optional(),
      role: trackSchema.optional(),
      speaker: speakerLabel.optional(),
    }),
    transcriptEntrySchema,
  ),
  'sessions.transcript.delete': operation(
    'DELETE',
    '/api/sessions/:id/transcript/:entry',
    textReference,
    z.object({ entry: z.uuid() }),
  ),
  'sessions.transcript.import': operation(
    'POST',
    '/api/sessions/:id/transcript/import',
    sessionReference.extend({
      role: trackSchema,
      /** Either this, or the file's bytes. */
      text: z.string().max(MAX_IMPORT_CHARACTERS).optional(),
      /** A file of any encoding, in base64: what it is read as is in the answer. */
      data: z.string().max(MAX_IMPORT_BASE64).optional(),
      /** The encoding of `data`, such as windows-1251, where it is known; told from the bytes where it is not said. */
      encoding: z.string().max(40).optional(),
      /** Seen from the text where it is not said. */
      format: transcriptImportFormatSchema.optional(),
      /** Where in the session the text's own zero lies, in milliseconds. */
      offset_ms: z.number().optional(),
      /** Takes the place of what was imported for the role before. */
      replace: z.boolean().optional(),
    }),
    importedTextSchema,
  ),
  'sessions.transcript.export': operation(
    'GET',
    '/api/sessions/:id/transcript/export',
    sessionReference.extend({
      format: transcriptExportFormatSchema,
      /** One side alone. */
      role: trackSchema.optional(),
    }),
    exportedTranscriptSchema,
  ),
  // Writes each turn's audio as a WAV of its own, in the session's folder; those that are there are left as they are.
  'sessions.turn_files': operation(
    'POST',
    '/api/sessions/:id/turn-files',
    // One side alone.
    sessionReference.extend({ role: trackSchema.optional() }),
    z.object({ files: z.array(z.object({ segment_id: z.uuid(), file_path: z.string() })) }),
  ),
  'sessions.waveform': operation(
    'GET',
    '/api/sessions/:id/waveform',
    sessionReference.extend({
      track: recordingTypeSchema,
      points: z.coerce.number().int().min(1).max(20_000).optional(),
    }),
    z.object({
      track: recordingTypeSchema,
      duration_ms: z.number().min(0),
      /** The largest magnitude, 0 to 1, in as many equal pieces of the whole session as were asked for. */
      peaks: z.array(z.number().min(0).max(1)),
    }),
  ),
  /** Transcribes a session, now or again, with another recogniser where one is given. Answers with the job. */
  'sessions.process': operation(
    'POST',
    '/api/sessions/:id/process',
    sessionReference.extend({ recogniser: recogniserSettingsSchema.optional() }),
    jobSchema,
  ),
  /** Tells the voices of a session apart by a diarizer's RTTM, its times those of the session. */
  'sessions.diarization': operation(
    'POST',
    '/api/sessions/:id/diarization',
    // Without a track, it tells of all.
    sessionReference.extend({ track: trackSchema.optional(), rttm: z.string().max(200_000) }),
    z.object({
      entries: z.int().min(0),
      speakers: z.array(z.string()),
      /** Lines of the RTTM that could not be understood and were left out; absent for none. */
      skipped: z.int().min(1).optional(),
    }),
  ),
  'jobs.list': operation(
    'GET',
    '/api/jobs',
    z.strictObject({
      session_id: sessionIdSchema.optional(),
      state: jobStateSchema.optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional(),
    }),
    z.object({ jobs: z.array(jobSchema) }),
  ),
  'jobs.cancel': operation('POST', '/api/jobs/:id/cancel', z.strictObject({ id: z.uuid() }), jobSchema),
  /** What is known of the chosen recogniser beside its settings. Keys are taken and used, never given out. */
  'recogniser.state': operation(
    'GET',
    '/api/recogniser',
    z.strictObject({}),
    z.object({ has_key: z.boolean() }),
  ),
  'recogniser.key': operation(
    'POST',
    '/api/recogniser/key',
    z.strictObject({ base_url: z.url({ protocol: /^https?$/ }).max(1000), key: apiKeySchema.nullable() }),
    z.object({ has_key: z.boolean() }),
  ),
  /** Lets a recogniser hear a few seconds of speech, and tells what came. */
  'recogniser.try': operation(
    'POST',
    '/api/recogniser/try',
    z.strictObject({ recogniser: recogniserSettingsSchema, key: apiKeySchema.optional() }),
    recogniserTrialSchema,
  ),
  search: operation('GET', '/api/search', searchQuerySchema, searchResultSchema),
  'settings.get': operation('GET', '/api/settings', z.strictObject({}), settingsSchema),
  'settings.update': operation('PATCH', '/api/settings', settingsPatchSchema, settingsSchema),
  /** What this system offers, and why not where it does not. Sets nothing up. */
  'system_audio.status': operation('GET', '/api/system-audio', z.strictObject({}), systemAudioStatusSchema),
  /**
   * Makes the computer's sound ready to be opened by the page, and answers with how. Throws SYSTEM_AUDIO_UNAVAILABLE.
   * Called again while it is open, says how it stands. With `output`, the name of one, that one is listened to instead
   * of the default output, until another one becomes the default or it is gone. Throws INVALID_INPUT for an unknown one.
   */
  'system_audio.open': operation(
    'POST',
    '/api/system-audio/open',
    z.strictObject({ output: z.string().min(1).max(1000).optional() }),
    systemAudioStatusSchema,
  ),
  /** Takes it down again, once nobody listens to it any more. */
  'system_audio.close': operation(
    'POST',
    '/api/system-audio/close',
    z.strictObject({}),
    systemAudioStatusSchema,
  ),
  'app.info': operation('GET', '/api/app', z.strictObject({}), appInfoSchema),
} as const;

/** Bytes that a request's body may have, where that is more than others need: four for each character. */
export const LARGE_BODIES: Readonly<Partial<Record<keyof typeof api, number>>> = {
  'sessions.transcript.add': MAX_TRANSCRIPT_CHARACTERS * 4,
  'sessions.transcript.update': MAX_TRANSCRIPT_CHARACTERS * 4,
  'sessions.transcript.import': MAX_IMPORT_CHARACTERS * 4,
};

export type Api = typeof api;
export type ApiName = keyof Api;
export type ApiInput<Name extends ApiName> = z.input<Api[Name]['input']>;
export type ApiOutput<Name extends ApiName> = z.output<Api[Name]['output']>;

/** What answers each operation. Inputs are already parsed; a LecternError thrown becomes the answer. */
export type ApiHandlers = {
  readonly [Name in ApiName]: (
    input: z.output<Api[Name]['input']>,
  ) => ApiOutput<Name> | Promise<ApiOutput<Name>>;
};

/** How the renderer calls, over either shell. Never throws: failures are results. */
export interface ApiClient {
  call<Name extends ApiName>(name: Name, input: ApiInput<Name>): Promise<Result<ApiOutput<Name>>>;
}

export function isApiName(name: string): name is ApiName {
  return Object.hasOwn(api, name);
}
