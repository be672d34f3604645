import { z } from 'zod';
import { errorCodeSchema } from '../../contract/errors.ts';

const shape = { sampleRate: z.int(), channels: z.int() };

const chapterSpan = z.object({ startMs: z.number(), endMs: z.number(), label: z.string() });
const chapter = z.object({ seconds: z.number(), label: z.string() });

/** The job that a thread is started with; it ends after the job. */
export const threadJobSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('live'),
    ...shape,
    format: z.enum(['mp4', 'mp3']),
    partialPath: z.string(),
    mp3BitRate: z.number().optional(),
  }),
  z.object({
    kind: z.literal('file'),
    format: z.enum(['wav', 'mp4', 'mp3']),
    masterPath: z.string(),
    outputPath: z.string(),
    gain: z.number(),
    mp3BitRate: z.number().optional(),
    chapters: z.array(chapter),
  }),
]);
export type ThreadJob = z.infer<typeof threadJobSchema>;

/** To a live thread. `finish` names where the finished MP4 goes; an MP3 is finished where it is. */
export const threadRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pcm'), pcm: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('finish'), outputPath: z.string(), chapters: z.array(chapterSpan) }),
]);
export type ThreadRequest = z.infer<typeof threadRequestSchema>;

/** From a thread. `done` and `failed` come last. */
export const threadReplySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('taken'), bytes: z.int() }),
  z.object({ type: z.literal('progress'), fraction: z.number() }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('failed'), code: errorCodeSchema, message: z.string(), detail: z.string() }),
]);
export type ThreadReply = z.infer<typeof threadReplySchema>;
