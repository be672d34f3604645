import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import type { LiveText } from './conversation.ts';
import type { CurrentRecording } from './current-recording.ts';
import type { Mailbox } from './mailbox.ts';
import { errorMessage } from './messages.ts';
import { firstTrack } from './recording.ts';

export interface SessionControlsOptions {
  readonly current: CurrentRecording;
  readonly mailbox: Mailbox;
  readonly clock: Clock;
  readonly send: (message: ServerMessage) => void;
}

/**
 * The requests of a client for a running recording, apart from audio. Each takes effect in its turn, with the time of
 * its arrival.
 */
export interface SessionControls {
  pause(): Promise<void>;
  resume(): Promise<void>;
  marker(label: string | undefined): Promise<void>;
  transcript(text: LiveText): Promise<void>;
  /** The client's own voice activity, of the first track unless it says otherwise. */
  voice(track: Track | undefined, active: boolean): Promise<void>;
}

export function createSessionControls(options: SessionControlsOptions): SessionControls {
  const { current, clock, send } = options;
  const { perform } = options.mailbox;

  const pause = async (atMs: number): Promise<void> => {
    const recording = current.require();
    const { take, conversation } = recording;
    await take.pause(atMs);
    conversation.pause();
    recording.phase = 'paused';
    send({ type: 'recording_paused', duration_seconds: take.durationSeconds });
  };

  const resume = (atMs: number): void => {
    const recording = current.require();
    const { take, watch, remainder } = recording;
    if (recording.phase === 'paused') remainder.dropAfterPause();
    recording.phase = 'recording';
    take.resume(atMs);
    watch.restartWait();
    send({ type: 'recording_resumed', duration_seconds: take.durationSeconds });
  };

  const addMarker = (wanted: string): void => {
    const { index, seconds, label, written } = current.require().take.addMarker(wanted);
    const answer = (): void => send({ type: 'marker_added', index, position_seconds: seconds, label });
    if (written === undefined) return answer();
    // Audio does not wait for the write; the answer does, as it confirms that the marker is stored.
    void written.then(answer, (error: unknown) => send(errorMessage(error)));
  };

  const noteVoice = (track: Track | undefined, active: boolean, atMs: number): void => {
    const recording = current.require();
    const { tracks } = recording.spec;
    const named = track ?? firstTrack(recording);
    if (!tracks.includes(named))
      throw new LecternError(
        'INVALID_MESSAGE',
        `Invalid message: expected a track of this session (${tracks.join(', ')}), got ${named}`,
      );
    if (recording.phase === 'recording') recording.conversation.voice(named, active, atMs);
  };

  /** Uses the arrival time of a message, as its turn may come late. */
  const performAsOfNow = (task: (atMs: number) => Promise<void> | void): Promise<void> => {
    const atMs = clock.monotonicMs();
    return perform(() => task(atMs));
  };

  return {
    pause: () => performAsOfNow(pause),
    resume: () => performAsOfNow(resume),
    marker: (label) => perform(() => addMarker(label ?? '')),
    transcript: (text) => performAsOfNow((atMs) => current.require().conversation.text(text, atMs)),
    voice: (track, active) => performAsOfNow((atMs) => noteVoice(track, active, atMs)),
  };
}
