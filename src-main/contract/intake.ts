import { z } from 'zod';
import { MEBIBYTE } from './limits.ts';
import { faultSchema, fileKindSchema, mendingSchema, soundSchema } from './repair.ts';

/** Largest file that is taken in: room for a WAV that grew past 4 GiB. */
export const MAX_INTAKE_BYTES = 8192 * MEBIBYTE;

/**
 * Most bytes in one piece of a file from outside. Pieces limit the memory on both sides, and cross the desktop's
 * app:// as plain bytes.
 */
export const INTAKE_PIECE_BYTES = 4 * MEBIBYTE;

/** Files that may wait here at the same time. */
export const MAX_INTAKE_FILES = 32;

/** The name of an incoming file until it is discarded or added. */
export const intakeIdSchema = z.uuid();
export type IntakeId = z.infer<typeof intakeIdSchema>;

/** Where a file's bytes go: PUT, at most INTAKE_PIECE_BYTES each, in order; `offset` is the number of bytes sent before. */
export function intakeBytesPath(id: IntakeId, offset: number): string {
  return `/api/intake/${id}/bytes?offset=${offset}`;
}

/** Where the file can be fetched, mended if it needed mending: GET, with ranges; `?download=1` to save it. */
export function intakeFilePath(id: IntakeId): string {
  return `/api/intake/${id}/file`;
}

/** The result of the examination. */
export const verdictSchema = z.enum([
  /** Audio with nothing to mend. */
  'whole',
  'mendable',
  /** Audio that cannot be mended; `reason` says why. */
  'hopeless',
  /** No audio that can be read here. */
  'unknown',
]);
export type Verdict = z.infer<typeof verdictSchema>;

/** What is wrong with an incoming file, and what mending would do. */
export const examinationSchema = z.object({
  id: intakeIdSchema,
  /** The file's name without a folder, safe to show. */
  name: z.string(),
  byte_size: z.int().min(0),
  verdict: verdictSchema,
  kind: fileKindSchema.nullable(),
  faults: z.array(faultSchema),
  mending: mendingSchema.nullable(),
  /** The sound in the file, or in the mended file; null where that is not known yet. */
  sound: soundSchema.nullable(),
  /** True where rate and channels are assumed, because the file does not say them. The user may know better. */
  assumed: z.boolean(),
  /** True where only ffmpeg could read or mend the file, and there is none: it cannot be added. */
  needs_ffmpeg: z.boolean().optional(),
  /** What mending would do, or why nothing can be done, in the engine's words. */
  details: z.array(z.string()),
});
export type Examination = z.infer<typeof examinationSchema>;

/** A mended copy, ready to be fetched from `url`. */
export const mendedFileSchema = z.object({
  name: z.string(),
  url: z.string(),
  byte_size: z.int().min(0),
  sound: soundSchema.nullable(),
});
export type MendedFile = z.infer<typeof mendedFileSchema>;

/** Progress of the work on a file; `fraction` is null where it is unknown. */
export const intakeProgressSchema = z.object({
  stage: z.enum(['receiving', 'waiting', 'examining', 'mending', 'adding']),
  received_bytes: z.int().min(0),
  fraction: z.number().min(0).max(1).nullable(),
});
export type IntakeProgress = z.infer<typeof intakeProgressSchema>;
