import type { ServerMessage } from '../contract/server-messages.ts';
import type { CurrentRecording } from './current-recording.ts';
import { mebibytes } from './messages.ts';
import { statusOf } from './track.ts';

export interface StatusOptions {
  readonly id: string;
  readonly current: CurrentRecording;
  /** Since the last start. */
  readonly chunksReceived: number;
}

/** How a session is doing, as a client asks for it. */
export function sessionStatus({ id, current, chunksReceived }: StatusOptions): ServerMessage {
  const { take, watch, spec, phase } = current.recording ?? {};
  return {
    type: 'status',
    session_id: id,
    state: current.state,
    part: take?.part ?? 0,
    chunks_received: chunksReceived,
    total_size_mb: mebibytes(take?.totalBytes ?? 0),
    duration_seconds: take?.durationSeconds ?? 0,
    tracks: (take?.tracks ?? []).map((track) => {
      const quietMs = phase === 'recording' ? (watch?.quietMs(track.name) ?? 0) : 0;
      return statusOf(track, Math.round((quietMs / 1000) * (spec?.sampleRate ?? 0)));
    }),
    disk_minutes_left: watch?.diskMinutesLeft ?? null,
  };
}
