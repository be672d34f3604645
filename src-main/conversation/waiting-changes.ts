import type { Catalog } from '../catalog/catalog.ts';
import { LecternError } from '../contract/errors.ts';
import type { Transcript } from '../contract/transcript.ts';
import type { Log } from '../runtime/log.ts';

export type TranscriptChange = (transcript: Transcript) => Transcript;

/** The transcript after one more change, which is counted. */
export function applyChange(transcript: Transcript, change: TranscriptChange): Transcript {
  const changed = change(transcript);
  return { ...changed, revision: Math.max(changed.revision, transcript.revision) + 1 };
}

/** Changes that the catalog has refused, kept in their order until it takes them. */
export interface WaitingChanges {
  has(sessionId: string): boolean;
  add(sessionId: string, change: TranscriptChange, error?: unknown): void;
  /** Counts the characters of a change to come. Throws CATALOG_UNAVAILABLE where too many wait already. */
  makeRoom(characters: number): void;
  /** The text with what waits. */
  upon(sessionId: string, transcript: Transcript): Transcript;
  /** Offers the catalog what waits; true where nothing waits any more. */
  retry(sessionId: string): boolean;
  /** Offers it everything once more, and gives up: what is in `transcript.json` tells the next launch. */
  close(): void;
}

/** How soon a catalog that refused text is tried again. */
const RETRY_MS = 1000;
/** Characters that may wait, of all sessions: eighty hours of talk. */
const MAX_CHARACTERS = 4_000_000;

export function createWaitingChanges({
  catalog,
  log,
}: {
  readonly catalog: Pick<Catalog, 'transcript' | 'saveTranscript'>;
  readonly log: Log;
}): WaitingChanges {
  const waiting = new Map<string, TranscriptChange[]>();
  let characters = 0;
  let timer: NodeJS.Timeout | undefined;

  const upon = (sessionId: string, transcript: Transcript): Transcript =>
    (waiting.get(sessionId) ?? []).reduce(applyChange, transcript);

  const offer = (sessionId: string): 'taken' | 'locked' | 'refused' => {
    if (!waiting.has(sessionId)) return 'taken';
    try {
      catalog.saveTranscript(sessionId, upon(sessionId, catalog.transcript(sessionId)));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      return code.startsWith('SQLITE_BUSY') ? 'locked' : 'refused';
    }
    waiting.delete(sessionId);
    if (waiting.size === 0) characters = 0;
    return 'taken';
  };

  const offerAll = (): void => {
    timer = undefined;
    // One lock holds them all up, and asking takes as long each time.
    for (const sessionId of waiting.keys()) if (offer(sessionId) === 'locked') break;
    if (waiting.size > 0) timer = setTimeout(offerAll, RETRY_MS).unref();
  };

  return {
    has: (sessionId) => waiting.has(sessionId),
    add(sessionId, change, error) {
      const changes = waiting.get(sessionId);
      if (changes === undefined)
        log('error', 'the catalog could not take the text; it is tried again', { id: sessionId, error });
      if (changes === undefined) waiting.set(sessionId, [change]);
      else changes.push(change);
      timer ??= setTimeout(offerAll, RETRY_MS).unref();
    },
    makeRoom(more) {
      if (characters + more > MAX_CHARACTERS)
        throw new LecternError(
          'CATALOG_UNAVAILABLE',
          'The catalog has taken no text for long, and no more can be kept for it. Send this text again later',
        );
      characters += more;
    },
    upon,
    retry: (sessionId) => offer(sessionId) === 'taken',
    close() {
      clearTimeout(timer);
      for (const sessionId of waiting.keys()) if (offer(sessionId) === 'locked') break;
    },
  };
}
