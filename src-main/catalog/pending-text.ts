import { LecternError } from '../contract/errors.ts';
import type { Transcript } from '../contract/transcript.ts';
import type { QueuedWrite, WriteQueue } from './write-queue.ts';

export type TranscriptChange = (transcript: Transcript) => Transcript;

/** The transcript after one more change; the revision counts it. */
export function applyChange(transcript: Transcript, change: TranscriptChange): Transcript {
  const changed = change(transcript);
  return { ...changed, revision: Math.max(changed.revision, transcript.revision) + 1 };
}

/** A change of a session's text to be written, now or when the database accepts it. */
export interface TextWrite extends Pick<QueuedWrite, 'writeNew'> {
  readonly sessionId: string;
  /** The same change applied to the whole text, used where other changes wait before it. Must not throw. */
  readonly change: TranscriptChange;
  /** Characters that the change adds; the queue allows only so many. Absent where they do not count. */
  readonly characters?: number;
}

/** Changes of text that the database has not accepted yet, in order. */
export interface PendingText {
  /**
   * Writes or queues the change; true where it was written at once. Throws CATALOG_UNAVAILABLE where too many
   * characters wait already.
   */
  keep(change: TextWrite): boolean;
  /** True while any change waits. */
  has(sessionId: string): boolean;
  /** Tries to write them now; true where none waits any more. */
  offer(sessionId: string): boolean;
  /** The text with the waiting changes applied. */
  upon(sessionId: string, transcript: Transcript): Transcript;
  forget(sessionId: string): void;
}

/** Characters that may wait, of all sessions together: eighty hours of talk. */
const MAX_CHARACTERS = 4_000_000;

/** @param text reads and writes the text that the database has of a session, each as one transaction. */
export function createPendingText(
  queue: WriteQueue,
  text: {
    readonly read: (sessionId: string) => Transcript;
    readonly save: (sessionId: string, transcript: Transcript) => void;
  },
): PendingText {
  const waiting = new Map<string, TranscriptChange[]>();
  let characters = 0;
  const keyOf = (sessionId: string): string => `text ${sessionId}`;

  const upon = (sessionId: string, transcript: Transcript): Transcript =>
    (waiting.get(sessionId) ?? []).reduce(applyChange, transcript);

  const taken = (sessionId: string): void => {
    waiting.delete(sessionId);
    if (waiting.size === 0) characters = 0;
  };

  return {
    keep({ sessionId, change, writeNew, characters: more = 0 }) {
      const changes = waiting.get(sessionId) ?? [];
      if (changes.length > 0 && characters + more > MAX_CHARACTERS)
        throw new LecternError(
          'CATALOG_UNAVAILABLE',
          'The catalog has taken no text for long, and no more can be kept for it. Send this text again later',
        );
      characters += more;
      changes.push(change);
      waiting.set(sessionId, changes);
      const isWritten = queue.submit({
        key: keyOf(sessionId),
        write: () => {
          text.save(sessionId, upon(sessionId, text.read(sessionId)));
        },
        writeNew,
        onWritten: () => {
          taken(sessionId);
        },
      });
      if (isWritten) taken(sessionId);
      return isWritten;
    },
    has: (sessionId) => waiting.has(sessionId),
    offer: (sessionId) => queue.offer(keyOf(sessionId)),
    upon,
    forget(sessionId) {
      queue.drop(keyOf(sessionId));
      taken(sessionId);
    },
  };
}
