import { z } from 'zod';
import { exportFormatSchema } from './audio-format.ts';
import { sessionIdSchema } from './session-id.ts';

/** The encoder, where it was found, and what it cannot do. */
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
  /** Cut-off sessions with files that had to be left as they are; absent where recovery did not run. */
  unfinished_sessions: z.array(z.object({ id: z.string(), reason: z.string() })).optional(),
  /** Present while the recordings folder is away: which folder is used meanwhile, and why. */
  recordings_away: z.object({ wanted: z.string(), used: z.string(), reason: z.string() }).optional(),
});
export type AppInfo = z.infer<typeof appInfoSchema>;
