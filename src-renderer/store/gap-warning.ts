import type { CaptureChunk } from '../capture/capture.ts';
import type { LiveWarning, LiveWarningCode } from './live-warning.ts';
import type { RecordingState } from './recording-state.ts';

/** Less than this between two microphones is not worth a line; the report has it. */
const WORTH_SAYING_SECONDS = 0.1;

/** What to say of the hole before a chunk; nothing where there is none. */
export function gapWarning(
  chunk: CaptureChunk,
  frameBefore: number,
  { sampleRate, microphoneLabel }: Pick<RecordingState, 'sampleRate' | 'microphoneLabel'>,
): LiveWarning | undefined {
  const missingSeconds = (chunk.startFrame - frameBefore) / sampleRate;
  if (missingSeconds < WORTH_SAYING_SECONDS || chunk.gapCause === undefined) return undefined;
  const code = CODES[chunk.gapCause] ?? 'gap';
  return { code, atSeconds: frameBefore / sampleRate, missingSeconds, subject: microphoneLabel };
}

const CODES: Partial<Record<NonNullable<CaptureChunk['gapCause']>, LiveWarningCode>> = {
  device_lost: 'device_back',
  disconnected: 'rejoined_gap',
  suspended: 'slept',
};
