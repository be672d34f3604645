import { z } from 'zod';
import {
  channelsSchema,
  deliveryFormatSchema,
  gainSchema,
  sampleRateSchema,
} from '../contract/audio-format.ts';
import { DEFAULT_SETTINGS, settingsSchema, type Settings } from '../contract/settings.ts';

/** Version 1 had one set of recording settings, where profiles are now. */
const firstVersionSchema = z.looseObject({
  format: deliveryFormatSchema.optional(),
  sample_rate: sampleRateSchema.optional(),
  channels: channelsSchema.optional(),
  gain: gainSchema.optional(),
});

/** The recording settings of version 1 become this profile. */
const HEIR = 'Lecture';

/** Converts settings of any version to the current one. Throws where they cannot be understood. */
export function upgradeSettings(written: unknown): Settings {
  const { version, ...values } = z.looseObject({ version: z.literal([1, 2]).optional() }).parse(written);
  const isFirst = version === 1 || (version === undefined && !('profiles' in values));
  // Keys added since, without a new version, get their defaults.
  return settingsSchema.parse({ ...DEFAULT_SETTINGS, ...(isFirst ? withProfiles(values) : values) });
}

function withProfiles(values: unknown): object {
  const { format, sample_rate, channels, gain, ...others } = firstVersionSchema.parse(values);
  const given = Object.entries({ format, sample_rate, channels, gain }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ...others,
    profile: HEIR,
    profiles: DEFAULT_SETTINGS.profiles.map((profile) =>
      profile.name === HEIR ? { ...profile, ...Object.fromEntries(given) } : profile,
    ),
  };
}
