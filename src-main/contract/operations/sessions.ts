import { z } from 'zod';
import { exportFormatSchema, gainSchema, recordingTypeSchema, trackSchema } from '../audio-format.ts';
import { MAX_NOTES_CHARACTERS } from '../limits.ts';
import { fileCheckSchema } from '../repair.ts';
import { searchQuerySchema, searchResultSchema } from '../search.ts';
import { fileEntrySchema } from '../server-messages.ts';
import { sessionIdSchema } from '../session-id.ts';
import { sessionRecordSchema } from '../session-record.ts';
import { operation } from './operation.ts';
import {
  FINISHED_ERRORS,
  LOOKUP_ERRORS,
  READ_ERRORS,
  sessionReference,
  titleSchema,
  WRITE_ERRORS,
} from './session-reference.ts';

/** Finished sessions: their records, files and sound. */
export const sessionOperations = {
  'sessions.list': operation({
    method: 'GET',
    path: '/api/sessions',
    title: 'List sessions',
    summary: 'Lists sessions, the latest first, and how many there are in all.',
    input: z.strictObject({
      query: z
        .string()
        .max(200)
        .optional()
        .describe('Words of which a title, notes, markers or text must have each'),
      limit: z.coerce.number().int().min(1).max(1000).optional().describe('Sessions in one answer; 200'),
      offset: z.coerce.number().int().min(0).optional().describe('Sessions left out at the beginning; 0'),
    }),
    output: z.object({ sessions: z.array(sessionRecordSchema), total: z.int().min(0) }),
    errors: ['CATALOG_UNAVAILABLE'],
  }),
  'sessions.get': operation({
    method: 'GET',
    path: '/api/sessions/:id',
    title: 'Show a session',
    summary: 'Tells all that is known of one session: its files, parts, markers, turns and capture report.',
    input: sessionReference,
    output: sessionRecordSchema,
    errors: LOOKUP_ERRORS,
  }),
  'sessions.update': operation({
    method: 'PATCH',
    path: '/api/sessions/:id',
    title: 'Rename a session, or note something',
    summary: 'Changes the title or the notes of a finished session.',
    input: sessionReference.extend({
      title: titleSchema.optional(),
      notes: z.string().max(MAX_NOTES_CHARACTERS).optional(),
    }),
    output: sessionRecordSchema,
    errors: FINISHED_ERRORS,
  }),
  'sessions.delete': operation({
    method: 'DELETE',
    path: '/api/sessions/:id',
    title: 'Delete a session',
    summary: 'Moves a finished session’s folder to the system’s trash, from which it can be taken back.',
    input: sessionReference,
    output: z.object({ id: sessionIdSchema }),
    errors: [...FINISHED_ERRORS, 'TRASH_FAILED'],
  }),
  'sessions.export': operation({
    method: 'POST',
    path: '/api/sessions/:id/export',
    title: 'Export a session',
    summary:
      'Makes copies of a session’s recordings beside them, one for each part and track, and lists them.',
    input: sessionReference.extend({
      format: exportFormatSchema,
      track: recordingTypeSchema.optional().describe('One kind of file alone'),
      gain: gainSchema.optional().describe('Linear factor; the session’s own'),
    }),
    output: z.object({ files: z.array(fileEntrySchema) }),
    errors: [
      ...FINISHED_ERRORS,
      ...READ_ERRORS,
      ...WRITE_ERRORS,
      'INVALID_AUDIO_FILE',
      'ENCODER_UNAVAILABLE',
      'ENCODING_FAILED',
    ],
  }),
  'sessions.repair': operation({
    method: 'POST',
    path: '/api/sessions/:id/repair',
    title: 'Check and mend a session',
    summary:
      'Looks at every file of a session, and mends or makes again what can be; damaged files are kept beside.',
    input: sessionReference,
    output: z.object({ session: sessionRecordSchema, files: z.array(fileCheckSchema) }),
    errors: [...FINISHED_ERRORS, ...WRITE_ERRORS, 'FOLDER_UNWRITABLE'],
  }),
  'sessions.reveal': operation({
    method: 'POST',
    path: '/api/sessions/:id/reveal',
    title: 'Show a session’s folder',
    summary: 'Opens the session’s folder in the system’s file manager, and answers with its path.',
    input: sessionReference,
    output: z.object({ path: z.string() }),
    errors: [...LOOKUP_ERRORS, 'FILE_MISSING', 'REVEAL_UNAVAILABLE'],
  }),
  'sessions.waveform': operation({
    method: 'GET',
    path: '/api/sessions/:id/waveform',
    title: 'Draw a track',
    summary: 'Tells how loud a track is from the beginning of the session to its end.',
    input: sessionReference.extend({
      track: recordingTypeSchema,
      points: z.coerce.number().int().min(1).max(20_000).optional().describe('Peaks in the answer; 600'),
    }),
    output: z.object({
      track: recordingTypeSchema,
      duration_ms: z.number().min(0),
      peaks: z
        .array(z.number().min(0).max(1))
        .describe(
          'The largest magnitude, 0 to 1, in as many equal pieces of the whole session as were asked for',
        ),
    }),
    errors: [...FINISHED_ERRORS, ...READ_ERRORS],
  }),
  'sessions.turn_files': operation({
    method: 'POST',
    path: '/api/sessions/:id/turn-files',
    title: 'Write turns as files',
    summary:
      'Writes each turn’s audio as a WAV of its own, in the session’s folder; those that are there are left as they are.',
    input: sessionReference.extend({ role: trackSchema.optional().describe('One side alone') }),
    output: z.object({ files: z.array(z.object({ segment_id: z.uuid(), file_path: z.string() })) }),
    errors: [...FINISHED_ERRORS, ...READ_ERRORS, ...WRITE_ERRORS],
  }),
  search: operation({
    method: 'GET',
    path: '/api/search',
    title: 'Search sessions',
    summary: 'Finds words in titles, notes, markers and text, session by session, the best places first.',
    input: searchQuerySchema,
    output: searchResultSchema,
    errors: ['CATALOG_UNAVAILABLE'],
  }),
} as const;
