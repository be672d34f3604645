import type { DeliveryFormat, Encoding, Track } from '../contract/audio-format.ts';
import type { CaptureReport } from '../contract/capture-report.ts';
import type { FileEntry, ServerMessage, StopReason } from '../contract/server-messages.ts';
import type { Marker, SessionStatus } from '../contract/session-record.ts';

/** Time, passed in so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wallMs(): number;
}

/** Words for the log. Never audio, transcripts, tokens or paths outside the recordings folder. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Record<string, unknown>,
) => void;

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
  readonly gain: number;
  /** Length of a part that the user asked for, in minutes. */
  readonly splitMinutes?: number;
  readonly startedAtMs: number;
}

/** One part of a session: everything between a start, or a limit, and the next. */
export interface PartSpec {
  readonly session: SessionSpec;
  /** Counted from 1. */
  readonly part: number;
  readonly startedAtMs: number;
  /** The usual folder failed: use the fallback folder. */
  readonly relocated: boolean;
  /** Tells the client what went wrong with a delivered copy; the master is not affected. */
  readonly warn: (message: string) => void;
}

/** What is known of a part when it ends. */
export interface PartSummary {
  readonly report: CaptureReport;
  readonly markers: readonly Marker[];
  readonly durationSeconds: number;
  readonly reason?: StopReason;
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
   * Writes what is queued, makes every file final and durable, and lists them, delivered copies first. A file whose
   * folder does not let it be finished is left out, for a recovery to finish.
   */
  finish(summary: PartSummary): Promise<readonly FileEntry[]>;
}

/** What a running session tells the world that outlives it. */
export interface SessionStore {
  /**
   * Creates the session's folder and row, or reopens those of an earlier take of the same id. Resolves, with the
   * number of the first part, before the first sample is taken. Rejects with FOLDER_UNWRITABLE or DISK_FULL.
   */
  begin(spec: SessionSpec): Promise<{ readonly firstPart: number }>;
  openPart(spec: PartSpec): Promise<PartSink>;
  /** True where a part that cannot be written can go on in another folder. */
  readonly canRelocate: boolean;
  /** Writes down what a running part has captured so far, for whoever must recover it. */
  noteReport(sessionId: string, part: number, report: CaptureReport): void;
  addMarker(sessionId: string, marker: Marker): void;
  /** Records that nothing more will come. */
  end(
    sessionId: string,
    status: Extract<SessionStatus, 'completed' | 'interrupted' | 'failed'>,
  ): Promise<void>;
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
  /** The client is gone. Its session waits for it to come back, then ends as interrupted. */
  disconnect(): void;
}
