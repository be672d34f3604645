import { DEFAULT_START, type StartMessage } from '../contract/client-messages.ts';
import type { SessionSpec } from './ports.ts';

/** What a `start` asks for, its defaults filled in. */
export function specOf(
  id: string,
  message: StartMessage,
  startedAtMs: number,
  nameSession: (startedAtMs: number) => string,
): SessionSpec {
  const title =
    message.title === undefined || message.title === '' ? nameSession(startedAtMs) : message.title;
  return {
    sessionId: id,
    title,
    format: message.format,
    sampleRate: message.sample_rate ?? DEFAULT_START.sample_rate,
    channels: message.channels ?? DEFAULT_START.channels,
    encoding: message.encoding ?? DEFAULT_START.encoding,
    tracks: message.tracks ?? DEFAULT_START.tracks,
    gain: message.gain ?? DEFAULT_START.gain,
    ...(message.split_minutes === undefined ? {} : { splitMinutes: message.split_minutes }),
    startedAtMs,
  };
}
