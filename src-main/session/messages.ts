import type { SignalChange } from '../audio/signal-monitor.ts';
import type { Track } from '../contract/audio-format.ts';
import { FIXED_MESSAGES, toWireError } from '../contract/errors.ts';
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

const TRACK_WORDS: Record<Track, string> = { user: 'The microphone', assistant: 'The other side' };

/** Words for a problem with the signal; nothing when it has passed. */
export function signalWarning(track: Track, change: SignalChange): ServerMessage | undefined {
  const who = TRACK_WORDS[track];
  const seconds = Math.round(change.seconds);
  switch (change.signal) {
    case 'fine':
      return undefined;
    case 'zeros':
      return {
        type: 'warning',
        code: 'zeros',
        message: `${who} has delivered nothing but digital zeros for ${seconds} s: it may be muted or disconnected`,
      };
    case 'silence':
      return { type: 'warning', code: 'silence', message: `${who} has been silent for ${seconds} s` };
    case 'clipping':
      return {
        type: 'warning',
        code: 'clipping',
        message: `${who} is too loud and distorts: turn its level down`,
      };
  }
}

export function noDataWarning(seconds: number): ServerMessage {
  return {
    type: 'warning',
    code: 'no_data',
    message: `No audio has arrived for ${Math.round(seconds)} s: the source may have stopped`,
  };
}

export function behindClockWarning(seconds: number): ServerMessage {
  return {
    type: 'warning',
    code: 'device',
    message: `The source has delivered ${seconds.toFixed(1)} s less than the clock expects: check its connection`,
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

export function relocatedWarning(): ServerMessage {
  return {
    type: 'warning',
    code: 'relocated',
    message:
      'The recordings folder can no longer be written; recording goes on in the fallback folder, nothing is lost',
  };
}
