import type { StartMessage } from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { MEBIBYTE, type Limits } from '../contract/limits.ts';
import type { ServerMessage, SessionState, StopReason } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { createAudioIntake, type AudioIntake } from './audio-intake.ts';
import { createChunkGate, type ChunkPlace } from './chunk-gate.ts';
import { createCurrentRecording } from './current-recording.ts';
import { createMailbox } from './mailbox.ts';
import { elsewhereWarning, startedMessage } from './messages.ts';
import type { RefusedChunk } from './parse-client-message.ts';
import type { Profiles, SessionStore, TapClient, TurnDetector, TurnDetectorOptions } from './ports.ts';
import { createRecordingEnd } from './recording-end.ts';
import { firstTrack, openRecording } from './recording.ts';
import { createSessionControls, type SessionControls } from './session-controls.ts';
import { specOf } from './session-spec.ts';
import { sessionStatus } from './session-status.ts';

/** With this much audio waiting for the disk, more than five seconds, the disk has stopped, not its source. */
const WAITING_FOR_DISK_BYTES = 1 * MEBIBYTE;

export interface SessionOptions {
  readonly id: string;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly profiles: Profiles;
  readonly send: (message: ServerMessage) => void;
  /** True while the engine finalises everything: nothing may start then. */
  readonly isClosing: () => boolean;
  /** Called whenever the session starts or ends. */
  readonly onActivity: () => void;
  /** Called once the files of a recording are final and its client has been told. */
  readonly onEnded: () => void;
  /** A title for a session that was given none. */
  readonly nameSession: (startedAtMs: number) => string;
  /** Strict base64; undefined for anything else. */
  readonly decodeBase64: (text: string) => Uint8Array | undefined;
  readonly newId: () => string;
  readonly openTurnDetector: (options: TurnDetectorOptions) => TurnDetector;
  /** Bytes that may wait for one listener at this moment. */
  readonly allowedUnsentTapBytes: () => number;
}

/** One session. Calls take effect in their order; an error is sent, never thrown. */
export interface Session extends SessionControls, Pick<AudioIntake, 'audioChunk' | 'binary' | 'oversized'> {
  readonly id: string;
  readonly state: SessionState;
  /** True from the request of a start until its files are final. */
  readonly active: boolean;
  /**
   * Begins a recording. Where one is running, answers ALREADY_RECORDING, or continues it where `unlessRunning` is set.
   */
  start(message: StartMessage, options?: { readonly unlessRunning: boolean }): Promise<void>;
  /** Another connection sends from now on: its data does not continue the earlier data. */
  changeSender(): Promise<void>;
  /** Answers an unreadable message, in its turn. Later chunks do not wait for the chunk that it contained. */
  refuse(error: LecternError, chunk?: RefusedChunk): Promise<void>;
  /** The chunk with this number was answered with an error: later chunks do not wait for it. */
  passOver(chunk: RefusedChunk): Promise<void>;
  /** Adds a listener until the take ends, or the returned function is called. Throws NOT_RECORDING, TAPS_FULL. */
  tap(client: TapClient): () => void;
  status(): Promise<void>;
  /**
   * Finalises. Without a recording it answers NOT_RECORDING, unless `reason` says that no client asked for the stop.
   */
  stop(reason?: StopReason): Promise<void>;
  /** Checks the clock: warns when a source stalls or falls behind. Call it a few times a second. */
  tick(): void;
  /** True once it has moved to the fallback folder. */
  readonly relocated: boolean;
  /** The folder it is recorded to while it runs, where that is not the usual one. */
  readonly recordingsDir: string | undefined;
  /** File bytes a second of recording makes; 0 when nothing is being recorded. */
  readonly bytesPerSecond: number;
  /** Updates how long the disk will last. At 0 the session is finalised, while that is still possible. */
  noteDiskMinutes(minutes: number): void;
}

/**
 * What a session knows lies in `current`: its recording, while it has one. Audio passes gate -> intake -> the recording's
 * take; what ends a recording, `end`, is known to both.
 */
export function createSession(options: SessionOptions): Session {
  const { id, store, clock, log, limits, send } = options;
  const current = createCurrentRecording();
  const mailbox = createMailbox({ id, log, send });
  const { perform } = mailbox;
  const { onActivity, onEnded } = options;
  const end = createRecordingEnd({ id, current, mailbox, store, log, send, onActivity, onEnded });
  const gate = createChunkGate({ id, current, mailbox, end, clock, log, send });
  const { decodeBase64 } = options;
  const intake = createAudioIntake({ current, gate, end, clock, limits, send, decodeBase64 });
  const controls = createSessionControls({ current, mailbox, clock, send });
  let starting = 0;
  let tickPosted = false;

  const begin = async (message: StartMessage): Promise<void> => {
    const { profiles, nameSession } = options;
    const spec = specOf({ id, message, profiles, startedAtMs: clock.wallMs(), nameSession });
    if (current.recording !== undefined) throw fixedError('ALREADY_RECORDING');
    const begun = await store.begin(spec);
    const onWriteError = end.noteWriteError;
    const recording = await openRecording({ ...options, spec, message, begun, onWriteError });
    intake.restart();
    current.begin(recording);
    onActivity();
    send(startedMessage(spec, begun.firstPart));
    if (begun.elsewhere !== undefined) send(elsewhereWarning(begun.elsewhere));
  };

  /** In its turn, and only one at a time: its turn may come late. */
  const tickTake = (): void => {
    if (tickPosted || current.recording?.take.isDue !== true) return;
    tickPosted = true;
    void perform(async () => {
      tickPosted = false;
      const { recording } = current;
      if (recording !== undefined && recording.phase !== 'finalising')
        await end.endAt(await recording.take.tick());
    });
  };

  const placeOfRefused = ({ track, seq }: RefusedChunk): ChunkPlace => ({
    track: track ?? firstTrack(current.recording),
    seq,
  });

  return {
    id,
    get state() {
      return current.state;
    },
    get active() {
      return starting > 0 || current.recording !== undefined;
    },
    start(message, { unlessRunning } = { unlessRunning: false }) {
      // Checked now, not in its turn: a start that was requested earlier is still carried out, and then finalised with
      // the rest.
      if (options.isClosing())
        return perform(() => {
          throw new LecternError('SHUTTING_DOWN', 'Lectern is closing; start it again to record');
        });
      // Set at once: a client that leaves before its session has begun still leaves a session behind.
      starting++;
      return perform(() =>
        unlessRunning && current.recording !== undefined ? undefined : begin(message),
      ).finally(() => {
        starting--;
        onActivity();
      });
    },
    audioChunk: intake.audioChunk,
    binary: intake.binary,
    oversized: intake.oversized,
    ...controls,
    changeSender: () => perform(() => current.recording?.remainder.drop()),
    refuse: (error, chunk) =>
      perform(async () => {
        if (chunk !== undefined) await gate.passOver(placeOfRefused(chunk));
        throw error;
      }),
    passOver: (chunk) => perform(() => gate.passOver(placeOfRefused(chunk))),
    tap: (client) => current.require().taps.add(client),
    status: () => perform(() => send(sessionStatus({ id, current, chunksReceived: intake.chunksReceived }))),
    stop: (reason) =>
      perform(async () => {
        if (reason === undefined) current.require();
        await end.finish(reason);
      }),
    tick() {
      tickTake();
      const { recording } = current;
      if (recording?.phase !== 'recording') return;
      // A sender that waits for the disk has not stopped.
      if (recording.take.queuedBytes > WAITING_FOR_DISK_BYTES) recording.watch.restartWait();
      recording.watch.tick();
    },
    get relocated() {
      return current.recording?.take.relocated ?? false;
    },
    get recordingsDir() {
      return current.recording?.elsewhereDir ?? current.recording?.spec.recordingsDir;
    },
    get bytesPerSecond() {
      const { recording } = current;
      return recording === undefined || recording.phase === 'finalising' ? 0 : recording.take.bytesPerSecond;
    },
    noteDiskMinutes(minutes) {
      const { recording } = current;
      if (recording === undefined || recording.phase === 'finalising') return;
      if (minutes <= 0) end.noteWriteError(new LecternError('DISK_FULL', DISK_FULL_MESSAGE));
      else recording.watch.noteDiskMinutes(minutes);
    },
  };
}

const DISK_FULL_MESSAGE =
  'The disk is full. Everything recorded so far is kept; free some space, or choose another folder in Settings';
