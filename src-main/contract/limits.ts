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

/** Markers of one session: a marker every three seconds for a working day, and more than anybody finds again. */
export const MAX_SESSION_MARKERS = 10_000;
/** Stretches of turns that one session keeps: a day and a half of people who take turns every four seconds. */
export const MAX_SESSION_SEGMENTS = 30_000;

/** Parts of one session, and their files: far more than a session of days that is split every few minutes. */
export const MAX_SESSION_PARTS = 10_000;
export const MAX_SESSION_FILES = 60_000;

/** UTF-16 code units of what people call things, as clients may send and folders may hold it. */
export const MAX_TITLE_CHARACTERS = 200;
export const MAX_NOTES_CHARACTERS = 20_000;
export const MAX_LABEL_CHARACTERS = 200;
export const MAX_SPEAKER_CHARACTERS = 80;
/** Of the name of a file from outside. */
export const MAX_FILE_NAME_CHARACTERS = 1000;

/** Who may listen to one session, and to all of them. */
export const MAX_SESSION_TAPS = 16;
export const MAX_TAPS = 64;
/** Bytes that may wait for all who listen together; each has its share, but not more than the second. */
export const MAX_TAPS_UNSENT_BYTES = 64 * MEBIBYTE;
export const MAX_TAP_UNSENT_BYTES = 4 * MEBIBYTE;

/** Milliseconds a session whose connection dropped waits for its client to come back. */
export const RECONNECT_WINDOW_MS = 30_000;

/**
 * Largest WebSocket message that is read at all, above the chunk limit with room for base64 and more. What is longer is
 * answered with CHUNK_TOO_LARGE, and dropped while it arrives.
 */
export const MAX_MESSAGE_BYTES = 16 * MEBIBYTE;
