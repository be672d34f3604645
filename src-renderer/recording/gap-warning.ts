import type { CaptureChunk } from '../capture/capture.ts';
import type { LiveWarning, LiveWarningCode } from './live-warning.ts';

/** A shorter gap between two microphones gets no warning; the report lists it. */
const WORTH_SAYING_SECONDS = 0.1;

/** The warning for the gap before a chunk; undefined where there is no gap. */
export function gapWarning(
  { startFrame, gapCause }: Pick<CaptureChunk, 'startFrame' | 'gapCause'>,
  missingFrames: number,
  sampleRate: number,
): Pick<LiveWarning, 'code' | 'atSeconds' | 'missingSeconds'> | undefined {
  const missingSeconds = missingFrames / sampleRate;
  if (missingSeconds < WORTH_SAYING_SECONDS || gapCause === undefined) return undefined;
  const atSeconds = (startFrame - missingFrames) / sampleRate;
  return { code: CODES[gapCause] ?? 'gap', atSeconds, missingSeconds };
}

const CODES: Partial<Record<NonNullable<CaptureChunk['gapCause']>, LiveWarningCode>> = {
  device_lost: 'device_back',
  permission_lost: 'device_back',
  device_switched: 'device_back',
  disconnected: 'rejoined_gap',
  suspended: 'slept',
};
