import { z } from 'zod';

/** What can be wrong with an audio file. */
export const faultCodeSchema = z.enum([
  'no-header',
  'zero-sizes',
  'oversized',
  'undersized',
  'wrapped-sizes',
  'wrong-file-size',
  'mulaw-as-pcm',
  'byte-swapped',
  'wrong-rate',
  'inconsistent-format',
  'partial-frame',
  'trailing-garbage',
  'missing-pad',
  'truncated',
  'unfinished',
  'no-index',
  'unreadable',
]);
export type FaultCode = z.infer<typeof faultCodeSchema>;

/** A fault, with the figures in words. */
export const faultSchema = z.object({ code: faultCodeSchema, message: z.string() });
export type Fault = z.infer<typeof faultSchema>;

/** Kinds of files that can be mended; `raw` is samples without a header. */
export const fileKindSchema = z.enum(['wav', 'raw', 'mp4', 'webm', 'ogg', 'mp3']);
export type FileKind = z.infer<typeof fileKindSchema>;

/** What mending does to a file. Samples never change, except by `decode_mulaw` and `swap_bytes`. */
export const mendingSchema = z.enum([
  'write_header',
  'decode_mulaw',
  'swap_bytes',
  'copy_audio',
  'drop_excess',
]);
export type Mending = z.infer<typeof mendingSchema>;

/** The shape of the sound in a file. */
export const soundSchema = z.object({
  sample_rate: z.int().min(1),
  channels: z.int().min(1),
  /** Null where only reading the whole file would show it. */
  duration_seconds: z.number().min(0).nullable(),
});
export type Sound = z.infer<typeof soundSchema>;

/** What a check found in one file of a session, and what it did. */
export const fileOutcomeSchema = z.enum([
  'whole',
  /** It was damaged: a mended file has its name, and the damaged one is kept. */
  'mended',
  /** A copy was missing or damaged: made again from the recording. */
  'remade',
  'missing',
  /** Damaged, and left as it is. */
  'unmendable',
]);
export type FileOutcome = z.infer<typeof fileOutcomeSchema>;

export const fileCheckSchema = z.object({
  name: z.string(),
  outcome: fileOutcomeSchema,
  faults: z.array(faultSchema),
  /** The name under which the damaged file is kept. */
  backup: z.string().nullable(),
  /** The fault, or why nothing was done, in the engine's words. */
  reason: z.string().nullable(),
});
export type FileCheck = z.infer<typeof fileCheckSchema>;
