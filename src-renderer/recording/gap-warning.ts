import type { CaptureChunk } from '../capture/capture.ts';
import type { LiveWarning, LiveWarningCode } from './live-warning.ts';

/** Less than this between two microphones is not worth a line; the report has it. */
const WORTH_SAYING_SECONDS = 0.1;

/** What to say of the hole before a chunk; nothing where there is none. */
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
