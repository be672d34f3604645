import type { DeliveryFormat, Encoding, RecordingType, Track } from '../contract/audio-format.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { PlacementRule } from '../contract/client-messages.ts';
import type { CaptureReport } from '../contract/capture-report.ts';
import type { RecordingProfile } from '../contract/recording-profile.ts';
import type { FileEntry, PendingFile, ServerMessage, StopReason } from '../contract/server-messages.ts';
import type { Marker, SessionStatus } from '../contract/session-record.ts';
import type { TranscriptEntry } from '../contract/transcript.ts';

/** What a session was asked to be. */
export interface SessionSpec {
  readonly sessionId: string;
  readonly title: string;
  readonly format: DeliveryFormat;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** How samples came over the wire; masters are 16-bit PCM whatever it was. */
  readonly encoding: Encoding;
  readonly tracks: readonly Track[];
  /** How chunks are placed on their tracks. */
  readonly placement: PlacementRule;
  /** True where a start frame counts, by this rule or because none was asked for. */
  readonly obeysStartFrames: boolean;
  readonly gain: number;
  /** The kinds of file that are kept; at least one. `mixed` stands here only where there are both tracks. */
  readonly record: readonly RecordingType[];
  /** False where nothing but masters is made. */
  readonly autoSave: boolean;
  /** False where the catalog must not know of the session. */
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
  /** The profile of that name, whatever its case. For no name, the one that such starts take; most often none. */
  find(name: string | undefined): RecordingProfile | undefined;
  /** All there are, for whoever asked for another. */
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
   * Tells the client what went wrong with a delivered copy; the master is not affected.
   * @param filePath the file that is given up, as its entry would have named it; absent where it may still come.
   */
  readonly warn: (message: string, filePath?: string) => void;
}

/** What is known of a part when it ends. */
export interface PartSummary {
  readonly report: CaptureReport;
  readonly markers: readonly Marker[];
  readonly durationSeconds: number;
  readonly reason?: StopReason;
}

/** What a part has left when it ends. */
export interface FinishedPart {
  /** What is final, delivered copies first. */
  readonly files: readonly FileEntry[];
  /** What is still being made of the masters. */
  readonly pending: readonly PendingFile[];
  /** Each settles with a file that has become final since; with undefined where none has. None rejects. */
  readonly late: readonly Promise<FileEntry | undefined>[];
}

/** Where a part's audio goes. */
export interface PartSink {
  /**
   * Appends interleaved signed 16-bit little-endian samples to a track, in call order. The bytes may be kept
   * until the promise settles. Resolves once they are in the file (a killed process no longer loses them);
   * rejects with DISK_FULL or WRITE_FAILED, with everything written before it still playable.
   */
  append(track: Track, pcm: Uint8Array): Promise<void>;
  /** Bytes handed to `append` and not yet in the file. */
  readonly queuedBytes: number;
  /** Bytes of a track that are in the file; after a failure, all that ever will be. */
  writtenBytes(track: Track): number;
  /**
   * Writes what is queued, and makes the masters final and durable. What is made of them has a moment to be final too;
   * what needs longer comes late, and holds nothing up. A file whose folder does not let it be finished is left out, for
   * a recovery to finish.
   */
  finish(summary: PartSummary): Promise<FinishedPart>;
  /** A part's report with what its finished files have lost meanwhile; absent where they cannot lose anything. */
  accountFor?(report: CaptureReport): CaptureReport;
}

/** A session that is about to be recorded. */
export interface BegunSession {
  readonly firstPart: number;
  readonly earlierSeconds: number;
  /** Where it is recorded instead, and why, where the wanted folder cannot be written now. */
  readonly elsewhere?: { readonly dir: string; readonly reason: string };
}

/** What a running session tells the world that outlives it. */
export interface SessionStore {
  /**
   * Creates the session's folder and row, or reopens those of an earlier take of the same id. Resolves, with the
   * number of the first part and the length of what was there before, before the first sample is taken. Rejects with
   * FOLDER_UNWRITABLE or DISK_FULL.
   */
  begin(spec: SessionSpec): Promise<BegunSession>;
  openPart(spec: PartSpec): Promise<PartSink>;
  /** True where a part that cannot be written can go on in another folder. */
  readonly canRelocate: boolean;
  /** Writes down what a running part has captured so far, for whoever must recover it. */
  noteReport(sessionId: string, part: number, report: CaptureReport): void;
  /**
   * Undefined where it survives the process from now on; otherwise resolves when it does, and rejects with WRITE_FAILED
   * where the session ends before. Throws MARKERS_FULL.
   */
  addMarker(sessionId: string, marker: Marker): Promise<void> | undefined;
  /** Writes down the audio of a turn that has ended. Throws TURNS_FULL. */
  addSegments(sessionId: string, segments: readonly AudioSegment[]): void;
  /** Writes down what somebody said. */
  addTranscript(sessionId: string, entry: TranscriptEntry): void;
  /** Records that nothing more will come. */
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
      /** Where the voice began, which is before the moment at which it was believed. */
      readonly startFrame: number;
    }
  | {
      readonly type: 'ended';
      readonly turnId: string;
      readonly role: Track;
      /** Later than it was told of, where at first only the other side was heard, out of a loudspeaker. */
      readonly startFrame: number;
      /** The first frame that is no longer part of it; `startFrame` where nothing was recorded of it. */
      readonly endFrame: number;
      /** The other side began to speak over it, or the session ended in it. */
      readonly interrupted: boolean;
      /** Nobody spoke here: it was the other side, out of a loudspeaker. */
      readonly bleed: boolean;
    };

/**
 * Finds turns in the tracks of one take. Pure: time is counted in frames. Tracks come interleaved as they arrive, and
 * may trail each other by seconds: a turn that has begun is told of at once, one that has ended once the other track
 * has been heard so far, or has been waited for long enough.
 */
export interface TurnDetector {
  /** Takes the track's next samples, signed 16-bit little-endian, which it must not keep. */
  audio(track: Track, startFrame: number, pcm: Uint8Array): readonly TurnEvent[];
  /** Takes a hole that is filled with silence. */
  silence(track: Track, startFrame: number, frames: number): readonly TurnEvent[];
  /** Notes a hole that is left out: what the track brings next does not continue what came before. */
  jump(track: Track): readonly TurnEvent[];
  /**
   * Takes a client's own voice activity; from then on it counts instead of ours.
   * @param frame where the track's next audio would begin, and a turn with it; at the track's end where absent.
   */
  voice(track: Track, active: boolean, frame?: number): readonly TurnEvent[];
  /** Time stands still from here on: turns end here, which is nobody's interruption. */
  pause(): readonly TurnEvent[];
  /** The take is over: a voice that was still going on is cut off, and its turn ends as interrupted. */
  end(): readonly TurnEvent[];
}

export interface TurnDetectorOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly tracks: readonly Track[];
  readonly newId: () => string;
}

/** Somebody who hears what a session records while it does: raw samples, never gained, and its messages. */
export interface TapClient {
  send(message: ServerMessage): void;
  /** A binary frame with the header of headed-frame.ts, samples signed 16-bit little-endian. Its own to keep. */
  sendAudio(frame: Uint8Array): void;
  /** Bytes handed over and not yet sent. */
  readonly unsentBytes: number;
  /** Nothing more comes. */
  close(): void;
}

/** The far end of a connection: whoever sends audio and is told what became of it. */
export interface Client {
  send(message: ServerMessage): void;
}

/** One client's conversation with a session. Never throws: everything wrong is answered as a message. */
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
   * Takes what was kept of a text that was answered so, once all of it has come: a chunk whose number it says is waited
   * for no longer. Resolves as receiveText does.
   * @param text its beginning and its end
   */
  receiveOversizedText(text: string): Promise<void>;
  /** The client is gone. Its session waits for it to come back, then ends as interrupted. */
  disconnect(): void;
}
