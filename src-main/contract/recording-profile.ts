import { z } from 'zod';
import {
  channelsSchema,
  deliveryFormatSchema,
  gainSchema,
  sampleRateSchema,
  type Side,
  SIDES,
} from './audio-format.ts';

/** The kind of session that a profile is for. */
export const sessionKindSchema = z.enum(['lecture', 'meeting', 'call']);
export type SessionKind = z.infer<typeof sessionKindSchema>;

/** A plain word, so it fits in a `start` message and on a command line. Two names that differ only in case are the same. */
export const profileNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$/);

/** An absolute folder: `/…`, `C:\…` or `\\server\…`. */
export const absoluteFolderSchema = z
  .string()
  .max(4000)
  .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'expected an absolute folder');

/** How sessions of one kind are recorded. */
export const recordingProfileSchema = z
  .strictObject({
    name: profileNameSchema,
    kind: sessionKindSchema,
    /** Which files are kept. A side that is wanted only for the mix is recorded, and removed once the mix is verified. */
    record_user_audio: z.boolean(),
    record_assistant_audio: z.boolean(),
    record_mixed_audio: z.boolean(),
    /** False leaves the raw masters alone: delivered copies are made when they are asked for. */
    auto_save: z.boolean(),
    format: deliveryFormatSchema,
    /** Frames a second. MP3 of anything below 16 kHz is made at 22.05 kHz and 160k, the most MP3 has at that rate. */
    sample_rate: sampleRateSchema,
    channels: channelsSchema,
    gain: gainSchema,
    /** Absolute folder for sessions of this profile; null means the recordings folder. */
    recordings_dir: absoluteFolderSchema.nullable(),
    /** False keeps a session out of the catalog: its folder and `session.json` alone describe it. */
    create_database_records: z.boolean(),
    /** Writes each turn as a WAV of its own beside the masters. */
    write_turn_files: z.boolean(),
    /** Transcribes a recording once it has ended, where there is a recogniser. */
    auto_transcribe: z.boolean().default(true),
  })
  .refine(
    (profile) => profile.record_user_audio || profile.record_assistant_audio || profile.record_mixed_audio,
    'a profile keeps at least one of user, assistant and mixed audio',
  );
export type RecordingProfile = z.infer<typeof recordingProfileSchema>;

/** The sides that are recorded: those whose audio is kept in some file. */
export function tracksOf(
  profile: Pick<RecordingProfile, 'record_user_audio' | 'record_assistant_audio' | 'record_mixed_audio'>,
): readonly Side[] {
  const { record_user_audio: user, record_assistant_audio: assistant, record_mixed_audio: mixed } = profile;
  return SIDES.filter((track) => mixed || (track === 'user' ? user : assistant));
}

/** The profile of this name, whatever its case. */
export function findProfile(
  profiles: readonly RecordingProfile[],
  name: string,
): RecordingProfile | undefined {
  return profiles.find((profile) => profile.name.toLowerCase() === name.toLowerCase());
}

const COMMON = {
  auto_save: true,
  channels: 1,
  gain: 1,
  recordings_dir: null,
  create_database_records: true,
  write_turn_files: false,
  auto_transcribe: true,
} as const;

/** The profiles of a new installation. A lecture has one side; a call has the rate and channels of a telephone. */
export const DEFAULT_PROFILES: readonly RecordingProfile[] = [
  {
    ...COMMON,
    name: 'Lecture',
    kind: 'lecture',
    record_user_audio: true,
    record_assistant_audio: false,
    record_mixed_audio: false,
    format: 'wav',
    // Transcribers use this rate; music and lectures in good rooms may want 48 kHz.
    sample_rate: 16_000,
  },
  {
    ...COMMON,
    name: 'Meeting',
    kind: 'meeting',
    record_user_audio: true,
    record_assistant_audio: true,
    record_mixed_audio: true,
    format: 'wav',
    sample_rate: 16_000,
  },
  {
    ...COMMON,
    name: 'Call',
    kind: 'call',
    record_user_audio: true,
    record_assistant_audio: true,
    record_mixed_audio: true,
    format: 'mp3',
    sample_rate: 8000,
  },
];
