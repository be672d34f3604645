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

/** Milliseconds a session whose connection dropped waits for its client to come back. */
export const RECONNECT_WINDOW_MS = 30_000;

/**
 * Largest WebSocket message that is read at all. Above the chunk limit with room for base64 and more,
 * so that an oversized chunk is answered rather than the connection closed.
 */
export const MAX_MESSAGE_BYTES = 16 * MEBIBYTE;
