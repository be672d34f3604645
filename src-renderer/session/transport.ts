/** What a session needs from its shell. Strings are JSON messages, bytes are audio, both in order. */
export interface SessionTransport {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** Closes quietly: `onClose` is not called. */
  close(): void;
}

export interface TransportEvents {
  onText(text: string): void;
  /** Called at most once, when the other side is gone, and never before the transport was handed over. */
  onClose(): void;
}

/** Connects to the session `sessionId`. Rejects with CONNECTION_LOST where nobody answers. */
export type OpenTransport = (sessionId: string, events: TransportEvents) => Promise<SessionTransport>;
