import { z } from 'zod';
import { trackSchema } from '../audio-format.ts';
import { MAX_SPEAKER_CHARACTERS } from '../limits.ts';
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
} from '../transcript.ts';
import { operation } from './operation.ts';
import { FINISHED_ERRORS, LOOKUP_ERRORS, sessionReference } from './session-reference.ts';

const textReference = sessionReference.extend({ entry: z.uuid() });
const saidText = z.string().trim().min(1).max(MAX_TRANSCRIPT_CHARACTERS);
const speakerLabel = z.string().trim().min(1).max(MAX_SPEAKER_CHARACTERS).nullable();
const positionMs = z.number().min(0).nullable().optional();

/** What was said in a session. */
export const transcriptOperations = {
  'sessions.conversation': operation({
    method: 'GET',
    path: '/api/sessions/:id/conversation',
    title: 'Show what was said',
    summary: 'Tells who said what and when, and where each turn can be heard.',
    input: sessionReference,
    output: conversationSchema,
    errors: LOOKUP_ERRORS,
  }),
  'sessions.speakers': operation({
    method: 'PATCH',
    path: '/api/sessions/:id/speakers',
    title: 'Name speakers',
    summary: 'Gives the speakers of a session their names.',
    input: sessionReference.extend({
      speakers: speakerNamesSchema.describe(
        'All the names there are to be, by role or `role:label`: what is not among them loses its name',
      ),
    }),
    output: z.object({ speakers: speakerNamesSchema }),
    errors: FINISHED_ERRORS,
  }),
  'sessions.transcript.add': operation({
    method: 'POST',
    path: '/api/sessions/:id/transcript',
    title: 'Add a line of text',
    summary: 'Adds what somebody said to a session’s text.',
    input: sessionReference.extend({
      role: trackSchema,
      text: saidText,
      speaker: speakerLabel.optional(),
      turn_id: z.uuid().nullable().optional(),
      start_ms: positionMs,
      end_ms: positionMs,
    }),
    output: transcriptEntrySchema,
    errors: [...FINISHED_ERRORS, 'TRANSCRIPT_FULL'],
    maxBodyBytes: MAX_TRANSCRIPT_CHARACTERS * 4,
  }),
  'sessions.transcript.update': operation({
    method: 'PATCH',
    path: '/api/sessions/:id/transcript/:entry',
    title: 'Correct a line of text',
    summary:
      'Changes the words, the role or the speaker of a line; what a recogniser had said is kept beside.',
    input: textReference.extend({
      text: saidText.optional(),
      role: trackSchema.optional(),
      speaker: speakerLabel.optional(),
    }),
    output: transcriptEntrySchema,
    errors: [...FINISHED_ERRORS, 'TEXT_NOT_FOUND', 'TRANSCRIPT_FULL'],
    maxBodyBytes: MAX_TRANSCRIPT_CHARACTERS * 4,
  }),
  'sessions.transcript.delete': operation({
    method: 'DELETE',
    path: '/api/sessions/:id/transcript/:entry',
    title: 'Remove a line of text',
    summary: 'Takes a line out of a session’s text; its audio stays.',
    input: textReference,
    output: z.object({ entry: z.uuid() }),
    errors: [...FINISHED_ERRORS, 'TEXT_NOT_FOUND'],
  }),
  'sessions.transcript.import': operation({
    method: 'POST',
    path: '/api/sessions/:id/transcript/import',
    title: 'Import a text',
    summary: 'Adds the lines of a file of subtitles or of a recogniser’s answer to a session’s text.',
    input: sessionReference.extend({
      role: trackSchema,
      text: z
        .string()
        .max(MAX_IMPORT_CHARACTERS)
        .optional()
        .describe('The file’s text: either this or `data`'),
      data: z
        .string()
        .max(MAX_IMPORT_BASE64)
        .optional()
        .describe('A file of any encoding, in base64: what it is read as is in the answer'),
      encoding: z
        .string()
        .max(40)
        .optional()
        .describe('The encoding of `data`, such as windows-1251; told from the bytes where it is not said'),
      format: transcriptImportFormatSchema.optional().describe('Seen from the text where it is not said'),
      offset_ms: z.number().optional().describe('Where in the session the text’s own zero lies'),
      replace: z.boolean().optional().describe('Takes the place of what was imported for the role before'),
    }),
    output: importedTextSchema,
    errors: [...FINISHED_ERRORS, 'INVALID_TRANSCRIPT', 'TRANSCRIPT_FULL'],
    maxBodyBytes: MAX_IMPORT_CHARACTERS * 4,
  }),
  'sessions.transcript.export': operation({
    method: 'GET',
    path: '/api/sessions/:id/transcript/export',
    title: 'Export a text',
    summary: 'Writes what was said as subtitles, plain text, Markdown or JSON.',
    input: sessionReference.extend({
      format: transcriptExportFormatSchema,
      role: trackSchema.optional().describe('One side alone'),
    }),
    output: exportedTranscriptSchema,
    errors: LOOKUP_ERRORS,
  }),
  'sessions.diarization': operation({
    method: 'POST',
    path: '/api/sessions/:id/diarization',
    title: 'Tell voices apart',
    summary: 'Labels the speakers of a session by a diarizer’s RTTM, its times those of the session.',
    input: sessionReference.extend({
      track: trackSchema.optional().describe('The track that it tells of; all of them'),
      rttm: z.string().max(200_000),
    }),
    output: z.object({
      entries: z.int().min(0),
      speakers: z.array(z.string()),
      skipped: z
        .int()
        .min(1)
        .optional()
        .describe('Lines of the RTTM that could not be understood and were left out; absent for none'),
    }),
    errors: [...FINISHED_ERRORS, 'INVALID_TRANSCRIPT'],
  }),
} as const;
