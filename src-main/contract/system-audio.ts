import { z } from 'zod';

/**
 * How the page gets the sound that this computer plays. `device`: the page opens it like a microphone, by the label
 * that `system_audio.open` returns. `display`: the shell answers the page's next getDisplayMedia with it. `none`: the
 * shell has no way; the browser may have one of its own.
 */
export const systemAudioWaySchema = z.enum(['device', 'display', 'none']);
export type SystemAudioWay = z.infer<typeof systemAudioWaySchema>;

/** Why a shell cannot give the page what the computer plays. */
export const systemAudioObstacleSchema = z.enum([
  /** Linux: pactl is not installed. */
  'program_missing',
  /** Linux: neither PulseAudio nor PipeWire answers. */
  'no_sound_server',
  /** Linux: there is no output to play sound on. */
  'no_output',
  /** macOS before 14.2. */
  'system_too_old',
  /** This system is not supported. */
  'not_offered',
]);
export type SystemAudioObstacle = z.infer<typeof systemAudioObstacleSchema>;

/** An output: `name` is the sound server's name, `label` the name that people know. */
export const systemAudioOutputSchema = z.object({ name: z.string().max(1000), label: z.string() });
export type SystemAudioOutput = z.infer<typeof systemAudioOutputSchema>;

export const systemAudioStatusSchema = z.object({
  way: systemAudioWaySchema,
  obstacle: systemAudioObstacleSchema.nullable(),
  /** The same in words. */
  message: z.string(),
  /**
   * The open device, and a number that counts devices since launch. Another number means that the device opened by an
   * earlier label is gone. Null while none is open.
   */
  device: z.object({ label: z.string(), generation: z.int().min(1) }).nullable(),
  /** The output that is recorded, where there are several; absent where that is not known. */
  output: systemAudioOutputSchema.optional(),
  /** Other outputs that programs play on, whether or not the user hears them. */
  playing_elsewhere: z.array(systemAudioOutputSchema).optional(),
});
export type SystemAudioStatus = z.infer<typeof systemAudioStatusSchema>;

/** Labels of our devices begin with this; none of these devices is a microphone. The process's id follows. */
export const SYSTEM_AUDIO_LABEL = 'Lectern-system-audio';
