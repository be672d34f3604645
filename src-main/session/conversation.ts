import type { AudioSegment } from '../contract/audio-segment.ts';
import type { Track } from '../contract/audio-format.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { TranscriptEntry } from '../contract/transcript.ts';
import { errorMessage } from './messages.ts';
import type { Clock } from '../runtime/clock.ts';
import type { SessionSpec, SessionStore, TurnDetector, TurnEvent } from './ports.ts';
import type { Take } from './take.ts';

export interface LiveText {
  readonly role: Track;
  readonly text: string;
  readonly turnId?: string | undefined;
  readonly speaker?: string | undefined;
}

export interface ConversationOptions {
  readonly spec: SessionSpec;
  readonly detector: TurnDetector;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Seconds of the session before this take. */
  readonly earlierSeconds: number;
  /** The position of its tracks, in frames. */
  readonly take: Pick<Take, 'locate' | 'positionOf' | 'nextFrame'>;
  readonly store: Pick<SessionStore, 'addSegments' | 'addTranscript'>;
  readonly send: (message: ServerMessage) => void;
}

/** The turns of a recording, reported to the client and stored, and the text that belongs to them. */
export interface Conversation {
  audio(track: Track, startFrame: number, pcm: Uint8Array): void;
  silence(track: Track, startFrame: number, frames: number): void;
  /** A hole that is not filled. */
  jump(track: Track): void;
  /** The client's own voice activity, with its arrival time on the monotonic clock. */
  voice(track: Track, active: boolean, arrivedMs: number): void;
  text(text: LiveText, arrivedMs: number): void;
  pause(): void;
  /** The take is over: a running turn is cut off. */
  end(): void;
}

export function createConversation(options: ConversationOptions): Conversation {
  const { spec, take, store, detector, clock, send } = options;
  const { sampleRate } = spec;
  const firstFrame = Math.round(options.earlierSeconds * sampleRate);
  /** The current or last turn of each role. */
  const latestTurn = new Map<Track, string>();
  let fullTurnsReported = false;

  const sessionMs = (frame: number): number => ((firstFrame + frame) / sampleRate) * 1000;
  /**
   * When a frame was captured: its age is the length of the audio after it. No frame is earlier than its position in
   * the recording, which matters for a sender faster than real time.
   */
  const wallTime = (track: Track, frame: number): string => {
    const agoMs = ((take.positionOf(track) - frame) / sampleRate) * 1000;
    const earliestMs = spec.startedAtMs + (frame / sampleRate) * 1000;
    return new Date(Math.round(Math.max(clock.wallMs() - Math.max(0, agoMs), earliestMs))).toISOString();
  };

  const segmentsOf = (turn: Extract<TurnEvent, { type: 'ended' }>): AudioSegment[] => {
    const { turnId, role, startFrame, endFrame, interrupted } = turn;
    let frame = startFrame;
    return take.locate(startFrame, endFrame).map((stretch) => {
      const from = frame;
      frame += stretch.frames;
      return {
        segment_id: options.newId(),
        turn_id: turnId,
        role,
        part: stretch.part,
        start_frame: stretch.startFrame,
        frame_count: stretch.frames,
        start_ms: sessionMs(from),
        end_ms: sessionMs(frame),
        started_at: wallTime(role, from),
        ended_at: wallTime(role, frame),
        interrupted,
        bleed: turn.bleed,
        file: null,
      };
    });
  };

  /** Where there are too many turns, they are still reported. One message says that they are not stored. */
  const save = (segments: readonly AudioSegment[]): void => {
    try {
      store.addSegments(spec.sessionId, segments);
    } catch (error) {
      if (!fullTurnsReported) send(errorMessage(error));
      fullTurnsReported = true;
    }
  };

  const note = (events: readonly TurnEvent[]): void => {
    for (const event of events) {
      const { turnId: turn_id, role } = event;
      const start_ms = sessionMs(event.startFrame);
      if (event.type === 'started') {
        latestTurn.set(role, turn_id);
        send({ type: 'turn_started', turn_id, role, start_ms });
        continue;
      }
      const segments = segmentsOf(event);
      if (segments.length > 0) save(segments);
      const { interrupted, bleed } = event;
      const end_ms = sessionMs(event.endFrame);
      send({ type: 'turn_ended', turn_id, role, start_ms, end_ms, interrupted, ...(bleed && { bleed }) });
    }
  };

  return {
    audio(track, startFrame, pcm) {
      note(detector.audio(track, startFrame, pcm));
    },
    silence(track, startFrame, frames) {
      note(detector.silence(track, startFrame, frames));
    },
    jump(track) {
      note(detector.jump(track));
    },
    voice(track, active, arrivedMs) {
      note(detector.voice(track, active, take.nextFrame(track, arrivedMs)));
    },
    text({ role, text, turnId, speaker }, arrivedMs) {
      const turn_id = turnId ?? latestTurn.get(role) ?? null;
      const position = take.nextFrame(role, arrivedMs);
      const entry: TranscriptEntry = {
        id: options.newId(),
        turn_id,
        role,
        speaker: speaker ?? null,
        text,
        interrupted: false,
        occurred_at: wallTime(role, position),
        // Without a turn, the only time is the arrival of the words.
        start_ms: turn_id === null ? sessionMs(position) : null,
        end_ms: turn_id === null ? sessionMs(position) : null,
        words: null,
        source: 'live',
      };
      store.addTranscript(spec.sessionId, entry);
      send({ type: 'transcript_added', transcript_id: entry.id, turn_id });
    },
    pause() {
      note(detector.pause());
    },
    end() {
      note(detector.end());
    },
  };
}
