import type { SignalChange } from '../audio/signal-monitor.ts';
import type { Track } from '../contract/audio-format.ts';
import { FIXED_MESSAGES, toWireError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import type { ServerMessage, StopReason } from '../contract/server-messages.ts';
import type { PartEnd } from './part-budget.ts';
import type { SessionSpec } from './ports.ts';

export function startedMessage(spec: SessionSpec, part: number): ServerMessage {
  return {
    type: 'recording_started',
    session_id: spec.sessionId,
    format: spec.format,
    sample_rate: spec.sampleRate,
    channels: spec.channels,
    encoding: spec.encoding,
    tracks: [...spec.tracks],
    placement: spec.placement,
    part,
  };
}

export function errorMessage(error: unknown): ServerMessage {
  return { type: 'error', ...toWireError(error) };
}

export function limitError(limit: Exclude<PartEnd, 'SPLIT'>): ServerMessage {
  return { type: 'error', code: limit, message: FIXED_MESSAGES[limit] };
}

const REASONS: Record<PartEnd, StopReason> = {
  TOTAL_SIZE_LIMIT: 'total_size_limit',
  DURATION_LIMIT: 'duration_limit',
  SPLIT: 'split',
};

export function reasonOf(end: PartEnd): StopReason {
  return REASONS[end];
}

export function limitNearWarning(share: number, onLimit: 'stop' | 'continue'): ServerMessage {
  const then = onLimit === 'stop' ? 'recording will stop' : 'recording will go on in a new part';
  return {
    type: 'warning',
    code: 'limit_near',
    message: `${Math.round(share * 100)} % of the limit is used; at the limit ${then}`,
  };
}

/** What a track is called at the beginning of a sentence. */
function wordsFor(track: Track): string {
  if (track === 'user') return 'The microphone';
  return track === 'assistant' ? 'The other side' : `The track ${track}`;
}

function inSentence(track: Track): string {
  return wordsFor(track).replace('The', 'the');
}

/** The warning about a problem with the signal; none once it has passed. */
export function signalWarning(track: Track, change: SignalChange): ServerMessage | undefined {
  const who = wordsFor(track);
  const seconds = Math.round(change.seconds);
  switch (change.signal) {
    case 'fine':
      return undefined;
    case 'zeros':
      return {
        type: 'warning',
        code: 'zeros',
        track,
        lasted_seconds: change.seconds,
        message: `${who} has delivered nothing but digital zeros for ${seconds} s: it may be muted or disconnected`,
      };
    case 'silence':
      return {
        type: 'warning',
        code: 'silence',
        track,
        lasted_seconds: change.seconds,
        message: `${who} has been silent for ${seconds} s`,
      };
    case 'clipping':
      return {
        type: 'warning',
        code: 'clipping',
        track,
        message: `${who} is too loud and distorts: turn its level down`,
      };
  }
}

function othersInSentence(others: readonly Track[]): string {
  const [only] = others;
  return only !== undefined && others.length === 1 ? inSentence(only) : 'the other tracks';
}

/** A binary frame ended within a frame of audio. */
export function partialFrameWarning(bytes: number, bytesPerFrame: number): ServerMessage {
  return {
    type: 'warning',
    code: 'partial_frame',
    message: `Expected binary frames of whole audio frames (multiples of ${bytesPerFrame} bytes), got one of ${bytes} bytes: its end is joined to the next one`,
  };
}

/** Bytes of an incomplete frame were dropped. */
export function droppedBytesWarning(bytes: number, bytesPerFrame: number): ServerMessage {
  return {
    type: 'warning',
    code: 'partial_frame',
    message: `Left out: ${bytes} of ${bytesPerFrame} bytes of an audio frame whose rest never came`,
  };
}

/**
 * @param track the one that has stopped, where others continue; absent where no audio comes at all.
 * @param others the session's other tracks.
 */
export function noDataWarning(seconds: number, track?: Track, others: readonly Track[] = []): ServerMessage {
  const since = `${Math.round(seconds)} s`;
  if (track === undefined)
    return {
      type: 'warning',
      code: 'no_data',
      message: `No audio has arrived for ${since}: the source may have stopped`,
    };
  return {
    type: 'warning',
    code: 'no_data',
    track,
    message: `No audio has arrived from ${inSentence(track)} for ${since}; recording goes on with ${othersInSentence(others)}`,
  };
}

/** @param track given where there are several. */
export function behindClockWarning(seconds: number, track?: Track): ServerMessage {
  const who = track === undefined ? 'The source' : wordsFor(track);
  return {
    type: 'warning',
    code: 'device',
    message: `${who} has delivered ${seconds.toFixed(1)} s less than the clock expects: check its connection`,
    ...(track === undefined ? {} : { track }),
  };
}

export function diskLowWarning(minutes: number): ServerMessage {
  const left = minutes < 1 ? 'less than a minute' : `about ${Math.floor(minutes)} min`;
  return {
    type: 'warning',
    code: 'disk_low',
    message: `The disk has room for ${left} more: free some space`,
  };
}

/** Sent at the start, where the wanted folder cannot be used. */
export function elsewhereWarning({ dir, reason }: { dir: string; reason: string }): ServerMessage {
  return { type: 'warning', code: 'relocated', message: `${reason} This recording goes to ${dir}` };
}

export function relocatedWarning(): ServerMessage {
  return {
    type: 'warning',
    code: 'relocated',
    message:
      'The recordings folder can no longer be written; recording goes on in the fallback folder, nothing is lost',
  };
}

/** A size as messages give it, to a thousandth. */
export function mebibytes(bytes: number): number {
  return Math.round((bytes / MEBIBYTE) * 1000) / 1000;
}
