import type { Track } from '../contract/audio-format.ts';
import { DEFAULT_START, type StartMessage } from '../contract/client-messages.ts';
import type { Limits } from '../contract/limits.ts';
import type { ServerMessage, SessionState } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import { createConversation, type Conversation } from './conversation.ts';
import { createFrameRemainder, type FrameRemainder } from './frame-remainder.ts';
import type { BegunSession, SessionSpec, SessionStore, TurnDetector, TurnDetectorOptions } from './ports.ts';
import { createSessionWatch, type SessionWatch } from './session-watch.ts';
import { openTake, type Take } from './take.ts';
import { createTaps, type Taps } from './taps.ts';

/** A session from a start to its stop: the take, and all who follow it. */
export interface Recording {
  phase: Extract<SessionState, 'recording' | 'paused' | 'finalising'>;
  readonly spec: SessionSpec;
  /** The folder used instead of the wanted one. */
  readonly elsewhereDir: string | undefined;
  readonly framing: 'raw' | 'headed';
  readonly remainder: FrameRemainder;
  readonly take: Take;
  readonly watch: SessionWatch;
  readonly conversation: Conversation;
  readonly taps: Taps;
}

/** The track of a message that names none; works also before anything is recorded. */
export function firstTrack(recording: Recording | undefined): Track {
  return recording?.spec.tracks[0] ?? 'user';
}

export interface RecordingOptions {
  readonly spec: SessionSpec;
  readonly message: StartMessage;
  /** What the store answered to `begin`. */
  readonly begun: BegunSession;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly send: (message: ServerMessage) => void;
  readonly newId: () => string;
  readonly openTurnDetector: (options: TurnDetectorOptions) => TurnDetector;
  readonly allowedUnsentTapBytes: () => number;
  readonly onWriteError: (error: unknown) => void;
}

/** Opens the first part's files, and connects the listeners and the turn detector to its audio. */
export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const { spec, message, begun, store, clock, limits, send, newId, onWriteError } = options;
  const { sampleRate, channels, tracks } = spec;
  const live = message.framing === 'headed';
  const taps = createTaps(tracks, options.allowedUnsentTapBytes);
  const take = await openTake({
    spec,
    firstPart: begun.firstPart,
    onLimit: message.on_limit ?? DEFAULT_START.on_limit,
    live,
    limits,
    store,
    clock,
    send,
    onWriteError,
  }).catch(async (error: unknown) => {
    await store.end(spec.sessionId, 'failed').catch(() => undefined);
    throw error;
  });
  const conversation = createConversation({
    spec,
    take,
    detector: options.openTurnDetector({ sampleRate, channels, tracks, newId }),
    clock,
    newId,
    earlierSeconds: begun.earlierSeconds,
    store,
    send: (message) => {
      send(message);
      taps.send(message);
    },
  });
  take.listen((track, startFrame, placement) => {
    if (placement.kind === 'audio') {
      taps.audio(track, startFrame, placement.pcm);
      conversation.audio(track, startFrame, placement.pcm);
    } else if (placement.kind === 'silence') conversation.silence(track, startFrame, placement.frames);
    else conversation.jump(track);
  });
  return {
    phase: 'recording',
    spec,
    elsewhereDir: begun.elsewhere?.dir,
    framing: message.framing ?? DEFAULT_START.framing,
    remainder: createFrameRemainder(spec, send),
    take,
    watch: createSessionWatch({
      live,
      tracks,
      nowMs: () => clock.monotonicMs(),
      send,
      behindClockSeconds: take.behindClockSeconds,
    }),
    conversation,
    taps,
  };
}
