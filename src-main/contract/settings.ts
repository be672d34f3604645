import { z } from 'zod';
import { channelsSchema, deliveryFormatSchema, gainSchema, sampleRateSchema } from './audio-format.ts';

/** What the user chose. Unknown keys are refused, so that a misspelt one is noticed. */
export const settingsSchema = z.strictObject({
  version: z.literal(1),
  /** Absolute folder for recordings; null means the data folder's own. Takes effect at the next launch. */
  recordings_dir: z.string().min(1).nullable(),
  /** Absolute folder in which a recording goes on when its own can no longer be written. */
  fallback_dir: z.string().min(1).nullable(),
  /** Minutes after which a recording goes on in a new part; null leaves it to the limits. */
  split_minutes: z.int().min(1).max(60).nullable(),
  format: deliveryFormatSchema,
  sample_rate: sampleRateSchema,
  channels: channelsSchema,
  gain: gainSchema,
  /** The microphone last chosen. The label finds it again where ids change between launches. */
  microphone: z.strictObject({ device_id: z.string(), label: z.string() }).nullable(),
  echo_cancellation: z.boolean(),
  noise_suppression: z.boolean(),
  auto_gain_control: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
});
export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  version: 1,
  recordings_dir: null,
  fallback_dir: null,
  split_minutes: null,
  format: 'wav',
  // What transcribers take; music and lectures in good rooms may want 48 kHz.
  sample_rate: 16_000,
  channels: 1,
  gain: 1,
  microphone: null,
  // Off: they alter the recording, and what they remove cannot be had back.
  echo_cancellation: false,
  noise_suppression: false,
  auto_gain_control: false,
  theme: 'system',
};

export const settingsPatchSchema = settingsSchema.omit({ version: true }).partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;
