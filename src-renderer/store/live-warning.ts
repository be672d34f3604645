import type { WarningCode } from '../../src-main/contract/server-messages.ts';
import type { LevelReading } from '../capture/capture.ts';

/** What can go wrong while recording: the engine's warnings, and what only the capturing side sees. */
export type LiveWarningCode =
  WarningCode | 'muted' | 'suspended' | 'device_lost' | 'device_switched' | 'new_part';

export interface LiveWarning {
  readonly code: LiveWarningCode;
  /** Seconds into the recording. */
  readonly atSeconds: number;
  /** What the warning is about, where a name helps: a microphone, a part's number. */
  readonly subject?: string;
}

/** Readings without a clipped sample after which the clipping warning has done its work; about ten seconds. */
const CALM_READINGS = 200;
/** Linear; about -40 dBFS, above the noise of a quiet room. */
const AUDIBLE_PEAK = 0.01;

/**
 * Decides, level by level, when a warning no longer holds, since the engine says only when it begins to.
 * Warnings that need a person (disk, device, limits) stay until dismissed or replaced.
 */
export function createWarningWatch() {
  let calmReadings = 0;
  return {
    begin() {
      calmReadings = 0;
    },
    isOver(code: LiveWarningCode, level: LevelReading): boolean {
      const audible = level.peak.some((peak) => peak > AUDIBLE_PEAK);
      if (code === 'silence' || code === 'zeros' || code === 'no_data') return audible;
      calmReadings = level.clipped ? 0 : calmReadings + 1;
      return (code === 'clipping' || code === 'new_part') && calmReadings >= CALM_READINGS;
    },
  };
}
