import { z } from 'zod';
import { channelsSchema } from '../audio-format.ts';
import type { ErrorCode } from '../errors.ts';
import { examinationSchema, intakeIdSchema, intakeProgressSchema, mendedFileSchema } from '../intake.ts';
import { MAX_FILE_NAME_CHARACTERS } from '../limits.ts';
import { sessionRecordSchema } from '../session-record.ts';
import { operation } from './operation.ts';
import { READ_ERRORS, titleSchema, WRITE_ERRORS } from './session-reference.ts';

const intakeReference = z.strictObject({ id: intakeIdSchema });

/** Reading a file that came from outside. */
const FOREIGN_FILE_ERRORS: readonly ErrorCode[] = [
  'INTAKE_NOT_FOUND',
  ...READ_ERRORS,
  'INVALID_AUDIO_FILE',
  'ENCODER_UNAVAILABLE',
  'ENCODING_FAILED',
];

/**
 * A file from outside: announced with `intake.begin`, its bytes sent with PUT, then looked at, mended, added or
 * discarded.
 */
export const intakeOperations = {
  'intake.begin': operation({
    method: 'POST',
    path: '/api/intake',
    title: 'Announce a file',
    summary: 'Makes room for a file from outside, and answers with the id that its bytes are sent to.',
    input: z.strictObject({
      name: z.string().max(MAX_FILE_NAME_CHARACTERS),
      byte_size: z.int().min(0),
      modified_ms: z
        .number()
        .optional()
        .describe('When the file was last changed, in milliseconds since 1970, where the sender knows'),
    }),
    output: z.object({ id: intakeIdSchema, name: z.string() }),
    errors: ['FILE_TOO_LARGE', 'INTAKE_FULL', ...WRITE_ERRORS],
  }),
  'intake.progress': operation({
    method: 'GET',
    path: '/api/intake/:id',
    title: 'Ask how far a file is',
    summary: 'Tells what is being done to a file from outside, and how much of it is done.',
    input: intakeReference,
    output: intakeProgressSchema,
    errors: ['INTAKE_NOT_FOUND'],
  }),
  'intake.examine': operation({
    method: 'POST',
    path: '/api/intake/:id/examine',
    title: 'Examine a file',
    summary: 'Tells what a file from outside is, what is wrong with it and what would be done about it.',
    input: intakeReference.extend({
      sample_rate: z
        .int()
        .min(1000)
        .max(384_000)
        .optional()
        .describe('The true rate, where the file does not say or says it wrongly'),
      channels: channelsSchema.optional().describe('The true channels, likewise'),
    }),
    output: examinationSchema,
    errors: FOREIGN_FILE_ERRORS,
  }),
  'intake.mend': operation({
    method: 'POST',
    path: '/api/intake/:id/mend',
    title: 'Mend a file',
    summary: 'Makes a mended copy of a file from outside, and answers with where it is fetched.',
    input: intakeReference,
    output: mendedFileSchema,
    errors: [...FOREIGN_FILE_ERRORS, ...WRITE_ERRORS, 'FILE_EXISTS'],
  }),
  'intake.add': operation({
    method: 'POST',
    path: '/api/intake/:id/add',
    title: 'Add a file as a session',
    summary: 'Makes a session of a file from outside, mended where it was, and lets the file go.',
    input: intakeReference.extend({ title: titleSchema.optional() }),
    output: sessionRecordSchema,
    errors: [
      ...FOREIGN_FILE_ERRORS,
      ...WRITE_ERRORS,
      'FILE_EXISTS',
      'FILE_TOO_LARGE',
      'FOLDER_UNWRITABLE',
      'CATALOG_UNAVAILABLE',
    ],
  }),
  'intake.discard': operation({
    method: 'DELETE',
    path: '/api/intake/:id',
    title: 'Discard a file',
    summary: 'Lets a file from outside go, whatever is being done to it.',
    input: intakeReference,
    output: z.object({ id: intakeIdSchema }),
    errors: ['INTAKE_NOT_FOUND'],
  }),
} as const;
