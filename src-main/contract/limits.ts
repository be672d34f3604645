/** Bytes in the protocol's "MB". */
export const MEBIBYTE = 1024 * 1024;

export interface Limits {
  /** Largest decoded audio chunk, in bytes. */
  readonly maxChunkBytes: number;
  /** Largest sum of decoded chunks in one part, in bytes. */
  readonly maxTotalBytes: number;
  /** Longest part, in seconds of audio frames. */
  readonly maxDurationSeconds: number;
}

/** The limits of the wire protocol; the messages of TOTAL_SIZE_LIMIT and DURATION_LIMIT name them. */
export const PROTOCOL_LIMITS: Limits = {
  maxChunkBytes: 1 * MEBIBYTE,
  maxTotalBytes: 500 * MEBIBYTE,
  maxDurationSeconds: 3600,
};

/** Chunks between two `progress` messages. */
export const PROGRESS_INTERVAL_CHUNKS = 100;

/** Markers of one session: one every three seconds for a working day, more than anybody would look through. */
export const MAX_SESSION_MARKERS = 10_000;
/** Segments of one session: a day and a half of people who take turns every four seconds. */
export const MAX_SESSION_SEGMENTS = 30_000;

/** Parts of one session, and their files: far more than a session of days that is split every few minutes. */
export const MAX_SESSION_PARTS = 10_000;
export const MAX_SESSION_FILES = 60_000;

/** UTF-16 code units of titles, names and notes, from clients and in folders. */
export const MAX_TITLE_CHARACTERS = 200;
export const MAX_NOTES_CHARACTERS = 20_000;
export const MAX_LABEL_CHARACTERS = 200;
export const MAX_SPEAKER_CHARACTERS = 80;
/** UTF-16 code units of the name of a file from outside. */
export const MAX_FILE_NAME_CHARACTERS = 1000;

/** Taps of one session, and of all sessions. */
export const MAX_SESSION_TAPS = 16;
export const MAX_TAPS = 64;
/** Bytes that may wait for all taps together, and for one tap. Each tap has an equal share, up to the second number. */
export const MAX_TAPS_UNSENT_BYTES = 64 * MEBIBYTE;
export const MAX_TAP_UNSENT_BYTES = 4 * MEBIBYTE;

/** Milliseconds a session whose connection dropped waits for its client to come back. */
export const RECONNECT_WINDOW_MS = 30_000;

/**
 * Largest WebSocket message that is read: above the chunk limit, with room for base64. A longer one is answered with
 * CHUNK_TOO_LARGE, and dropped while it arrives.
 */
export const MAX_MESSAGE_BYTES = 16 * MEBIBYTE;
