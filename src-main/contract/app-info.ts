import { z } from 'zod';
import { exportFormatSchema } from './audio-format.ts';
import { sessionIdSchema } from './session-id.ts';

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
