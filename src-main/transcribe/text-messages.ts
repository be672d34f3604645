import { MessagePort } from 'node:worker_threads';
import { z } from 'zod';
import { errorCodeSchema } from '../contract/errors.ts';
import { transcriptImportFormatSchema } from '../contract/transcript.ts';
import type { TimedText } from './formats/timed-text.ts';

/** The input of a thread: one text, and the port for its pieces. */
export const textJobSchema = z.object({
  given: z.object({
    text: z.string().optional(),
    data: z.string().optional(),
    encoding: z.string().optional(),
    format: transcriptImportFormatSchema.optional(),
  }),
  pieces: z.instanceof(MessagePort),
});
export type TextJob = z.infer<typeof textJobSchema>;

/**
 * Some of the pieces. They come from our own thread, which has checked each one; checking again here would block the
 * process.
 */
export const pieceListSchema = z.custom<readonly TimedText[]>(Array.isArray);

/** What the thread says last. */
export const textReplySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('read'),
    account: z.object({
      skipped: z.int(),
      problem: z.string().exactOptional(),
      encoding: z.string().exactOptional(),
    }),
  }),
  z.object({ type: z.literal('failed'), code: errorCodeSchema, message: z.string() }),
]);
export type TextReply = z.infer<typeof textReplySchema>;
