import { z } from 'zod';
import { diarizerSettingsSchema, MAX_WORKERS, recogniserSettingsSchema } from './processing.ts';
import {
  DEFAULT_PROFILES,
  findProfile,
  profileNameSchema,
  recordingProfileSchema,
  type RecordingProfile,
} from './recording-profile.ts';

const settingsShape = z.strictObject({
  version: z.literal(2),
  /** Absolute folder for recordings; null means the data folder's own. Takes effect at the next launch. */
  recordings_dir: z.string().min(1).nullable(),
  /** Absolute folder in which a recording goes on when its own can no longer be written. */
  fallback_dir: z.string().min(1).nullable(),
  /** Minutes after which a recording goes on in a new part; null leaves it to the limits. */
  split_minutes: z.int().min(1).max(60).nullable(),
  /** MB of each track's WAV after which a recording goes on in a new part; null leaves it to the limits. */
  split_megabytes: z.int().min(1).max(500).nullable(),
  /** How each kind of session is recorded. */
  profiles: z
    .array(recordingProfileSchema)
    .min(1)
    .max(100)
    .refine(
      (profiles) => profiles.every((profile) => findProfile(profiles, profile.name) === profile),
      'expected every profile to have a name of its own, case aside',
    ),
  /** The name of the profile that the app records with. */
  profile: profileNameSchema,
  /** The microphone last chosen. The label finds it again where ids change between launches. */
  microphone: z.strictObject({ device_id: z.string(), label: z.string() }).nullable(),
  echo_cancellation: z.boolean(),
  noise_suppression: z.boolean(),
  auto_gain_control: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
  /** Who turns speech into text. */
  recogniser: recogniserSettingsSchema,
  /** True: live text stays, and the recogniser adds only what is missing. False: the recogniser's text replaces it. */
  keep_live_text: z.boolean(),
  /** Recordings transcribed at once. */
  transcription_workers: z.int().min(1).max(MAX_WORKERS),
  /** Who tells apart several voices on one track. */
  diarizer: diarizerSettingsSchema,
});

/** The user's choices. Unknown keys are refused, so that a misspelt one is noticed. */
export const settingsSchema = settingsShape.refine(
  ({ profile, profiles }) => findProfile(profiles, profile) !== undefined,
  { path: ['profile'], error: 'expected the name of one of the profiles' },
);
export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  version: 2,
  recordings_dir: null,
  fallback_dir: null,
  split_minutes: null,
  split_megabytes: null,
  profiles: [...DEFAULT_PROFILES],
  profile: 'Lecture',
  microphone: null,
  // Off: they change the recording, and what they remove is lost.
  echo_cancellation: false,
  noise_suppression: false,
  auto_gain_control: false,
  theme: 'system',
  recogniser: { kind: 'none' },
  keep_live_text: false,
  // One at a time: a recogniser uses all the processor it gets.
  transcription_workers: 1,
  diarizer: { kind: 'none' },
};

/** Given keys replace the present ones; `profiles` is replaced as a whole. */
export const settingsPatchSchema = settingsShape.omit({ version: true }).partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

type Profiled = Pick<Settings, 'profiles' | 'profile'>;

/** The profile that the app records with. */
export function chosenProfile({ profiles, profile }: Profiled): RecordingProfile {
  const found = findProfile(profiles, profile) ?? profiles[0];
  if (found === undefined) throw new Error('settings hold at least one profile');
  return found;
}

/** The patch that changes the chosen profile. Where the change renames it, the new name is chosen. */
export function changeChosenProfile(settings: Profiled, change: Partial<RecordingProfile>): SettingsPatch {
  const before = chosenProfile(settings);
  const after = { ...before, ...change };
  return {
    profiles: settings.profiles.map((profile) => (profile === before ? after : profile)),
    profile: after.name,
  };
}
