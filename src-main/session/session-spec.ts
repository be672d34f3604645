import type { RecordingType, Track } from '../contract/audio-format.ts';
import { DEFAULT_START, type PlacementRule, type StartMessage } from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { type RecordingProfile, tracksOf } from '../contract/recording-profile.ts';
import type { Profiles, SessionSpec } from './ports.ts';

export interface SpecOptions {
  readonly id: string;
  readonly message: StartMessage;
  readonly profiles: Profiles;
  readonly startedAtMs: number;
  readonly nameSession: (startedAtMs: number) => string;
}

/** The settings of a `start`: its own keys, then its profile's, then the defaults. Throws INVALID_MESSAGE. */
export function specOf({ id, message, profiles, startedAtMs, nameSession }: SpecOptions): SessionSpec {
  const profile = profileOf(message, profiles);
  const format = message.format ?? profile?.format;
  if (format === undefined) throw fixedError('INVALID_FORMAT');
  const tracks = message.tracks ?? (profile === undefined ? DEFAULT_START.tracks : tracksOf(profile));
  return {
    sessionId: id,
    title: message.title === undefined || message.title === '' ? nameSession(startedAtMs) : message.title,
    format,
    sampleRate: message.sample_rate ?? profile?.sample_rate ?? DEFAULT_START.sample_rate,
    channels: message.channels ?? profile?.channels ?? DEFAULT_START.channels,
    encoding: message.encoding ?? DEFAULT_START.encoding,
    tracks,
    placement: message.placement ?? usualPlacement(message, tracks),
    obeysStartFrames: message.placement === undefined || message.placement === 'position',
    gain: message.gain ?? profile?.gain ?? DEFAULT_START.gain,
    record: keptTypes(message.record, profile, tracks),
    autoSave: message.auto_save ?? profile?.auto_save ?? DEFAULT_START.auto_save,
    databaseRecords:
      message.database_records ?? profile?.create_database_records ?? DEFAULT_START.database_records,
    writeTurnFiles: profile?.write_turn_files ?? false,
    ...(profile === undefined ? {} : { profile: profile.name }),
    ...(profile?.recordings_dir == null ? {} : { recordingsDir: profile.recordings_dir }),
    ...(message.split_minutes === undefined ? {} : { splitMinutes: message.split_minutes }),
    ...(message.split_megabytes === undefined ? {} : { splitMegabytes: message.split_megabytes }),
    startedAtMs,
  };
}

function usualPlacement({ framing }: StartMessage, tracks: readonly Track[]): PlacementRule {
  if (framing === 'headed') return 'position';
  return tracks.length > 1 ? 'arrival' : 'append';
}

function profileOf({ profile: name }: StartMessage, profiles: Profiles): RecordingProfile | undefined {
  const profile = profiles.find(name);
  if (profile === undefined && name !== undefined)
    throw new LecternError(
      'INVALID_MESSAGE',
      `Invalid message: expected profile to be one of ${profiles.names().join(', ')}, got ${JSON.stringify(name)}`,
    );
  return profile;
}

/** The kinds of file to keep for a session with these tracks. */
function keptTypes(
  asked: readonly RecordingType[] | undefined,
  profile: RecordingProfile | undefined,
  tracks: readonly Track[],
): readonly RecordingType[] {
  const possible: readonly RecordingType[] = tracks.length > 1 ? [...tracks, 'mixed'] : tracks;
  if (asked !== undefined) {
    const impossible = asked.find((type) => !possible.includes(type));
    if (impossible !== undefined)
      throw new LecternError(
        'INVALID_MESSAGE',
        `Invalid message: expected record to name files that these tracks give (${possible.join(', ')}), got ${impossible}`,
      );
    return possible.filter((type) => asked.includes(type));
  }
  const wanted = possible.filter((type) => profile === undefined || keeps(profile, type));
  // A profile may name only a side that this session does not have; then all tracks are kept.
  return wanted.length > 0 ? wanted : tracks;
}

/** A profile has rules for the sides and the mix; any other track of a start is kept. */
function keeps(profile: RecordingProfile, type: RecordingType): boolean {
  switch (type) {
    case 'user':
      return profile.record_user_audio;
    case 'assistant':
      return profile.record_assistant_audio;
    case 'mixed':
      return profile.record_mixed_audio;
    default:
      return true;
  }
}
