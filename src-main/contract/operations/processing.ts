import { z } from 'zod';
import { jobSchema, jobStateSchema, recogniserSettingsSchema, recogniserTrialSchema } from '../processing.ts';
import { sessionIdSchema } from '../session-id.ts';
import { operation } from './operation.ts';
import { FINISHED_ERRORS, sessionReference } from './session-reference.ts';

/** The key becomes a header's value. */
const apiKeySchema = z.string().regex(/^[\x21-\x7e]{1,500}$/);

/** From sound to text. Keys go in and are used, but never come out. */
export const processingOperations = {
  'sessions.process': operation({
    method: 'POST',
    path: '/api/sessions/:id/process',
    title: 'Transcribe a session',
    summary: 'Has a session transcribed, now or again, and answers with the job.',
    input: sessionReference.extend({
      recogniser: recogniserSettingsSchema.optional().describe('Another one than that of the settings'),
    }),
    output: jobSchema,
    errors: [...FINISHED_ERRORS, 'FORBIDDEN', 'RECOGNISER_NOT_SET'],
  }),
  'jobs.list': operation({
    method: 'GET',
    path: '/api/jobs',
    title: 'List transcriptions',
    summary: 'Lists the transcriptions that were asked for, the latest first, with where each stands.',
    input: z.strictObject({
      session_id: sessionIdSchema.optional(),
      state: jobStateSchema.optional(),
      limit: z.coerce.number().int().min(1).max(1000).optional().describe('Jobs in the answer; 100'),
    }),
    output: z.object({ jobs: z.array(jobSchema) }),
    errors: ['CATALOG_UNAVAILABLE'],
  }),
  'jobs.cancel': operation({
    method: 'POST',
    path: '/api/jobs/:id/cancel',
    title: 'Cancel a transcription',
    summary: 'Ends a transcription that waits or runs, and answers with the job.',
    input: z.strictObject({ id: z.uuid() }),
    output: jobSchema,
    errors: ['JOB_NOT_FOUND', 'CATALOG_UNAVAILABLE'],
  }),
  'recogniser.state': operation({
    method: 'GET',
    path: '/api/recogniser',
    title: 'Ask about the recogniser',
    summary: 'Tells whether a key is kept for the recogniser of the settings.',
    input: z.strictObject({}),
    output: z.object({ has_key: z.boolean() }),
    errors: [],
  }),
  'recogniser.key': operation({
    method: 'POST',
    path: '/api/recogniser/key',
    title: 'Keep a recogniser’s key',
    summary: 'Keeps the key for a recogniser’s server, or forgets it; it is never given out.',
    input: z.strictObject({
      base_url: z.url({ protocol: /^https?$/ }).max(1000),
      key: apiKeySchema.nullable().describe('Null forgets it'),
    }),
    output: z.object({ has_key: z.boolean() }),
    errors: ['WRITE_FAILED'],
  }),
  'recogniser.try': operation({
    method: 'POST',
    path: '/api/recogniser/try',
    title: 'Try a recogniser',
    summary: 'Lets a recogniser hear a few seconds of speech, and tells what came.',
    input: z.strictObject({ recogniser: recogniserSettingsSchema, key: apiKeySchema.optional() }),
    output: recogniserTrialSchema,
    errors: ['FORBIDDEN'],
  }),
} as const;
