import type { DeliveryFormat, Encoding, RecordingType, Track } from '../contract/audio-format.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { PlacementRule } from '../contract/client-messages.ts';
import type { CaptureReport } from '../contract/capture-report.ts';
import type { RecordingProfile } from '../contract/recording-profile.ts';
import type { FileEntry, PendingFile, ServerMessage, StopReason } from '../contract/server-messages.ts';
import type { Marker, SessionStatus } from '../contract/session-record.ts';
import type { TranscriptEntry } from '../contract/transcript.ts';

/** The settings that a session was started with. */
export interface SessionSpec {
  readonly sessionId: string;
  readonly title: string;
  readonly format: DeliveryFormat;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** The encoding of samples on the wire; masters are always 16-bit PCM. */
  readonly encoding: Encoding;
  readonly tracks: readonly Track[];
  /** How chunks are placed on their tracks. */
  readonly placement: PlacementRule;
  /** True where start frames are used: by this rule, or because the client chose no rule. */
  readonly obeysStartFrames: boolean;
  readonly gain: number;
  /** The kinds of file to keep; at least one. `mixed` only where there are both tracks. */
  readonly record: readonly RecordingType[];
  /** False where only masters are made. */
  readonly autoSave: boolean;
  /** False where the session must not be in the catalog. */
  readonly databaseRecords: boolean;
  /** True where each turn becomes a WAV of its own. */
  readonly writeTurnFiles: boolean;
  /** Absolute folder that the session's folder is made in; absent for the recordings folder. */
  readonly recordingsDir?: string;
  /** Name of the profile it is recorded with. */
  readonly profile?: string;
  /** Length of a part that the user asked for, in minutes. */
  readonly splitMinutes?: number;
  /** Size of a part that the user asked for, in MB of each track's master. */
  readonly splitMegabytes?: number;
  readonly startedAtMs: number;
}

/** The recording profiles that a start may name. */
export interface Profiles {
  /** The profile of that name, in any case. Without a name, the default profile, if one is set. */
  find(name: string | undefined): RecordingProfile | undefined;
  /** All names, for a message about an unknown one. */
  names(): readonly string[];
}

/** One part of a session: everything between a start, or a limit, and the next. */
export interface PartSpec {
  readonly session: SessionSpec;
  /** Counted from 1. */
  readonly part: number;
  readonly startedAtMs: number;
  /** The usual folder failed: use the fallback folder. */
  readonly relocated: boolean;
  /**
   * Reports a problem with a delivered copy to the client; the master is not affected.
   * @param filePath the file that was given up, as its entry would have named it; absent where it may still come.
   */
  readonly warn: (message: string, filePath?: string) => void;
}

/** Facts about a part at its end. */
export interface PartSummary {
  readonly report: CaptureReport;
  readonly markers: readonly Marker[];
  readonly durationSeconds: number;
  readonly reason?: StopReason;
}

/** The files of a part at its end. */
export interface FinishedPart {
  /** The final files, delivered copies first. */
  readonly files: readonly FileEntry[];
  /** The files that are still being made from the masters. */
  readonly pending: readonly PendingFile[];
  /** Each settles with a file that has become final later, or with undefined where it has not. None rejects. */
  readonly late: readonly Promise<FileEntry | undefined>[];
}

/** The destination of a part's audio. */
export interface PartSink {
  /**
   * Appends interleaved signed 16-bit little-endian samples to a track, in call order. The bytes may be kept
   * until the promise settles. Resolves once they are in the file (a killed process no longer loses them);
   * rejects with DISK_FULL or WRITE_FAILED, with everything written before it still playable.
   */
  append(track: Track, pcm: Uint8Array): Promise<void>;
  /** Bytes handed to `append` and not yet in the file. */
  readonly queuedBytes: number;
  /** Bytes of a track that are in the file; after a failure, this does not change any more. */
  writtenBytes(track: Track): number;
  /**
   * Writes the queue, and makes the masters final and durable. Copies get a short time to become final too; slower ones
   * come late, and delay nothing. A file that its folder does not allow to be finished is left out; recovery finishes
   * it.
   */
  finish(summary: PartSummary): Promise<FinishedPart>;
  /** A part's report, with what its finished files have lost meanwhile; absent where they cannot lose anything. */
  accountFor?(report: CaptureReport): CaptureReport;
}

/** A session that is about to be recorded. */
export interface BegunSession {
  readonly firstPart: number;
  readonly earlierSeconds: number;
  /** The folder used instead, with the reason, where the wanted folder cannot be written now. */
  readonly elsewhere?: { readonly dir: string; readonly reason: string };
}

/** The storage of running sessions, which outlives the process. */
export interface SessionStore {
  /**
   * Creates the session's folder and row, or reopens those of an earlier take of the same id. Resolves before the first
   * sample is taken, with the number of the first part and the length of the earlier takes. Rejects with
   * FOLDER_UNWRITABLE or DISK_FULL.
   */
  begin(spec: SessionSpec): Promise<BegunSession>;
  openPart(spec: PartSpec): Promise<PartSink>;
  /** True where a part that cannot be written can go on in another folder. */
  readonly canRelocate: boolean;
  /** Stores what a running part has captured so far, for recovery. */
  noteReport(sessionId: string, part: number, report: CaptureReport): void;
  /**
   * Undefined where the marker survives the process from now on. Otherwise resolves when it does, and rejects with
   * WRITE_FAILED where the session ends before. Throws MARKERS_FULL.
   */
  addMarker(sessionId: string, marker: Marker): Promise<void> | undefined;
  /** Stores the audio of a turn that has ended. Throws TURNS_FULL. */
  addSegments(sessionId: string, segments: readonly AudioSegment[]): void;
  /** Stores an entry of the transcript. */
  addTranscript(sessionId: string, entry: TranscriptEntry): void;
  /** Marks the session as ended. */
  end(
    sessionId: string,
    status: Extract<SessionStatus, 'completed' | 'interrupted' | 'failed'>,
  ): Promise<void>;
}

/** A turn has begun, or is over. Frames are counted from the beginning of the take. */
export type TurnEvent =
  | {
      readonly type: 'started';
      readonly turnId: string;
      readonly role: Track;
      /** Where the voice began, which is before the moment at which it was detected. */
      readonly startFrame: number;
    }
  | {
      readonly type: 'ended';
      readonly turnId: string;
      readonly role: Track;
      /** Later than in the first event, where at first only the other side was heard, from a loudspeaker. */
      readonly startFrame: number;
      /** The first frame after the turn; `startFrame` where none of it was recorded. */
      readonly endFrame: number;
      /** The other side began to speak during it, or the session ended in it. */
      readonly interrupted: boolean;
      /** Not a turn: it was the other side, heard from a loudspeaker. */
      readonly bleed: boolean;
    };

/**
 * Finds turns in the tracks of one take. Pure: time is counted in frames. Tracks come interleaved as they arrive, and
 * may be seconds apart. The start of a turn is reported at once. Its end is reported once the other track has reached
 * it, or the wait for that is over.
 */
export interface TurnDetector {
  /** Takes the track's next samples, signed 16-bit little-endian; must not keep them. */
  audio(track: Track, startFrame: number, pcm: Uint8Array): readonly TurnEvent[];
  /** Takes a hole that is filled with silence. */
  silence(track: Track, startFrame: number, frames: number): readonly TurnEvent[];
  /** Notes a hole that is not filled: the track's next audio does not continue the earlier audio. */
  jump(track: Track): readonly TurnEvent[];
  /**
   * Takes a client's own voice activity; from then on it replaces our detection.
   * @param frame where the track's next audio, and so the turn, would begin; the track's end where absent.
   */
  voice(track: Track, active: boolean, frame?: number): readonly TurnEvent[];
  /** Time stops here: turns end here, and that is not an interruption. */
  pause(): readonly TurnEvent[];
  /** The take is over: a voice that is still speaking is cut off, and its turn ends as interrupted. */
  end(): readonly TurnEvent[];
}

export interface TurnDetectorOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly tracks: readonly Track[];
  readonly newId: () => string;
}

/** A listener to a running session: gets raw samples, never with gain, and the session's messages. */
export interface TapClient {
  send(message: ServerMessage): void;
  /**
   * A binary frame with the header of headed-frame.ts, samples signed 16-bit little-endian. The receiver may keep it.
   */
  sendAudio(frame: Uint8Array): void;
  /** Bytes handed over and not yet sent. */
  readonly unsentBytes: number;
  /** No more data comes. */
  close(): void;
}

/** The far end of a connection: it sends audio and receives the session's messages. */
export interface Client {
  send(message: ServerMessage): void;
}

/** One client's connection to a session. Never throws: every error is answered as a message. */
export interface Connection {
  /** The session's id, chosen by the engine where the client asked for `new`. */
  readonly sessionId: string;
  /**
   * Takes a text frame. Messages are handled in the order of the calls, whether or not awaited. Resolves when the
   * next one is welcome: a transport that can pause its sender waits for it, which bounds memory.
   */
  receiveText(text: string): Promise<void>;
  /** Takes a binary frame of audio. The bytes may be kept. Resolves as receiveText does. */
  receiveBinary(bytes: Uint8Array): Promise<void>;
  /**
   * Answers, in its turn, a message that was too long to be read, with CHUNK_TOO_LARGE. Resolves as receiveText does.
   * @param head the first bytes of a binary frame, a header's worth at least; undefined for text.
   */
  receiveOversized(head: Uint8Array | undefined): Promise<void>;
  /**
   * Takes the remains of a text that was answered so, once all of it has come: later chunks no longer wait for the
   * chunk whose number it contains. Resolves as receiveText does.
   * @param text its beginning and its end
   */
  receiveOversizedText(text: string): Promise<void>;
  /** The client is gone. Its session waits for it to come back, and then ends as interrupted. */
  disconnect(): void;
}
