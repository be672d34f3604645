import { z } from 'zod';

/**
 * How the page gets the sound that this computer plays. `device`: it is opened like a microphone, by the label that
 * `system_audio.open` returns. `display`: the shell answers the page's next getDisplayMedia with it. `none`: the shell
 * has no way; a browser may still have one of its own.
 */
export const systemAudioWaySchema = z.enum(['device', 'display', 'none']);
export type SystemAudioWay = z.infer<typeof systemAudioWaySchema>;

/** Why a shell cannot hand over what the computer plays. */
export const systemAudioObstacleSchema = z.enum([
  /** Linux: pactl is not installed. */
  'program_missing',
  /** Linux: neither PulseAudio nor PipeWire answers. */
  'no_sound_server',
  /** Linux: there is nothing that sound could be played on. */
  'no_output',
  /** macOS before 14.2. */
  'system_too_old',
  /** Nothing is known for this system. */
  'not_offered',
]);
export type SystemAudioObstacle = z.infer<typeof systemAudioObstacleSchema>;

/** Something that sound is played on: `name` is the sound server's, `label` the one that people know it by. */
export const systemAudioOutputSchema = z.object({ name: z.string().max(1000), label: z.string() });
export type SystemAudioOutput = z.infer<typeof systemAudioOutputSchema>;

export const systemAudioStatusSchema = z.object({
  way: systemAudioWaySchema,
  obstacle: systemAudioObstacleSchema.nullable(),
  /** The same in words. */
  message: z.string(),
  /**
   * The device that is open, and which one since launch it is: another number, and what was opened by its label is not
   * it any more. Null while none is.
   */
  device: z.object({ label: z.string(), generation: z.int().min(1) }).nullable(),
  /** The output that is listened to, where there are several to choose from; absent where that is not known. */
  output: systemAudioOutputSchema.optional(),
  /** Other outputs that programs play on, heard or not by whoever sits there. */
  playing_elsewhere: z.array(systemAudioOutputSchema).optional(),
});
export type SystemAudioStatus = z.infer<typeof systemAudioStatusSchema>;

/** Every label of ours begins so; none of these devices is a microphone. The process's id follows. */
export const SYSTEM_AUDIO_LABEL = 'Lectern-system-audio';
