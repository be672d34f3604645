import type { Catalog } from '../catalog/catalog.ts';
import { LecternError } from '../contract/errors.ts';
import { MAX_SESSION_CHARACTERS, MAX_SESSION_ENTRIES, type TranscriptEntry } from '../contract/transcript.ts';
import type { Log } from '../runtime/log.ts';
import type { TextPlaces } from './text-places.ts';

/** The amount of text of sessions that get live text. */
export interface LiveExtents {
  has(sessionId: string): boolean;
  /** Throws TRANSCRIPT_FULL where there is no room for this line. */
  requireRoom(sessionId: string, entry: TranscriptEntry): void;
  /** Counts a line after `requireRoom` allowed it. */
  count(sessionId: string, entry: TranscriptEntry): void;
  forget(sessionId: string): void;
}

export function createLiveExtents(
  catalog: Pick<Catalog, 'transcriptExtent'>,
  places: TextPlaces,
  log: Log,
): LiveExtents {
  const extents = new Map<string, { entries: number; characters: number }>();

  const extentOf = (sessionId: string): { entries: number; characters: number } => {
    const known = extents.get(sessionId);
    if (known !== undefined) return known;
    let extent = { entries: 0, characters: 0 };
    try {
      if (!places.isFileOnly(sessionId)) extent = catalog.transcriptExtent(sessionId);
    } catch (error) {
      log('error', 'the catalog could not be read', { id: sessionId, error });
    }
    extents.set(sessionId, extent);
    return extent;
  };

  return {
    has: (sessionId) => extents.has(sessionId),
    requireRoom(sessionId, { text }) {
      const { entries, characters } = extentOf(sessionId);
      if (entries >= MAX_SESSION_ENTRIES || characters + text.length > MAX_SESSION_CHARACTERS)
        throw new LecternError(
          'TRANSCRIPT_FULL',
          `This session's text is full (${entries} lines, ${characters} characters). ` +
            'Recording goes on; start a new session for more text',
        );
    },
    count(sessionId, { text }) {
      const extent = extentOf(sessionId);
      extent.entries++;
      extent.characters += text.length;
    },
    forget(sessionId) {
      extents.delete(sessionId);
    },
  };
}
