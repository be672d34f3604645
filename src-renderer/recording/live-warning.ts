import type { Track } from '../../src-main/contract/audio-format.ts';
import type { WarningCode } from '../../src-main/contract/server-messages.ts';
import type { LevelReading } from '../capture/capture.ts';

/** Everything that can go wrong while recording: the engine's warnings, and those that only the page can see. */
export type LiveWarningCode =
  | WarningCode
  | 'muted'
  | 'suspended'
  | 'slept'
  | 'gap'
  | 'device_lost'
  | 'permission_lost'
  | 'device_switched'
  | 'device_back'
  | 'rejoined'
  | 'rejoined_gap'
  | 'new_part'
  | 'disk_waiting'
  | 'memory_full';

export interface LiveWarning {
  readonly code: LiveWarningCode;
  /** Seconds into the recording. */
  readonly atSeconds: number;
  /** The track it is about, where it is about one alone. */
  readonly track?: Track;
  /** The subject, where a name helps: a microphone, a part's number. */
  readonly subject?: string;
  /** How much is missing. */
  readonly missingSeconds?: number;
}

/** Reasons why there is no sound. The first that holds explains it best. */
const NO_SOUND: readonly LiveWarningCode[] = [
  'permission_lost',
  'device_lost',
  'muted',
  'suspended',
  'no_data',
  'zeros',
  'silence',
  'device',
];
/** Notices that ask the user for nothing. */
export const CALM_WARNINGS: ReadonlySet<LiveWarningCode> = new Set<LiveWarningCode>([
  'new_part',
  'device_switched',
  'device_back',
  'rejoined',
  'rejoined_gap',
  'slept',
  'encoder',
  'partial_frame',
]);

/** A later warning that includes everything the earlier one said. */
const REPLACES: Partial<Record<LiveWarningCode, readonly LiveWarningCode[]>> = {
  device_back: ['device_switched'],
  device_switched: ['device_back'],
  rejoined_gap: ['rejoined'],
};

/** Good readings after which a warning ends; about ten seconds. */
const CALM_READINGS = 200;
/** Linear; about -40 dBFS, above the noise of a quiet room. */
const AUDIBLE_PEAK = 0.01;

/** The present warnings, of which one is shown. */
export interface WarningList {
  readonly current: LiveWarning | null;
  find(code: LiveWarningCode): LiveWarning | undefined;
  add(warning: LiveWarning): void;
  /** Ends these warnings. */
  end(...codes: readonly LiveWarningCode[]): void;
  /** Ends these warnings for one track. */
  endOf(track: Track | undefined, ...codes: readonly LiveWarningCode[]): void;
  /** A chunk of this track was captured. */
  noteChunk(track: Track): void;
  noteLevel(track: Track, level: LevelReading): void;
}

/**
 * Decides when a warning ends, because the engine says only when it begins. Warnings that need a person (disk,
 * limits) stay until dismissed, and are shown again after a later one has ended.
 */
export function createWarningList(): WarningList {
  let warnings: readonly LiveWarning[] = [];
  const calmReadings = new Map<Track, number>();

  const end = (...codes: readonly LiveWarningCode[]) => {
    warnings = warnings.filter(({ code }) => !codes.includes(code));
  };
  const endOf = (track: Track | undefined, ...codes: readonly LiveWarningCode[]) => {
    warnings = warnings.filter((warning) => !codes.includes(warning.code) || !concerns(warning, track));
  };
  const isExplained = ({ code, track }: LiveWarning): boolean => {
    const rank = NO_SOUND.indexOf(code);
    // The part began because of the change of folder, and that is what matters.
    if (code === 'new_part') return warnings.some((warning) => warning.code === 'relocated');
    const better = NO_SOUND.slice(0, Math.max(0, rank));
    return warnings.some((warning) => better.includes(warning.code) && concerns(warning, track));
  };

  return {
    get current() {
      return warnings.at(-1) ?? null;
    },
    find: (code) => warnings.find((warning) => warning.code === code),
    add(warning) {
      if (isExplained(warning)) return;
      calmReadings.clear();
      endOf(warning.track, warning.code, ...(REPLACES[warning.code] ?? []));
      const rank = NO_SOUND.indexOf(warning.code);
      if (rank >= 0) endOf(warning.track, ...NO_SOUND.slice(rank));
      warnings = [...warnings, warning];
    },
    end,
    endOf,
    noteChunk(track) {
      endOf(track, 'no_data');
    },
    noteLevel(track, level) {
      if (warnings.length === 0) return;
      if (level.peak.some((peak) => peak > AUDIBLE_PEAK)) endOf(track, 'silence', 'zeros');
      const calm = level.clipped ? 0 : (calmReadings.get(track) ?? 0) + 1;
      calmReadings.set(track, calm);
      if (calm >= CALM_READINGS) endOf(track, 'clipping', 'new_part', 'device_switched');
    },
  };
}

/** A warning without a track is about all tracks. */
function concerns(warning: LiveWarning, track: Track | undefined): boolean {
  return warning.track === undefined || track === undefined || warning.track === track;
}
