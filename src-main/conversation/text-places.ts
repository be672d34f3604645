import type { Catalog } from '../catalog/catalog.ts';
import { applyChange, type TranscriptChange } from '../catalog/pending-text.ts';
import type { Transcript } from '../contract/transcript.ts';
import { readTranscriptFileSync } from '../files/session-file.ts';

export interface TextPlacesOptions {
  readonly catalog: Pick<Catalog, 'transcript' | 'keepText'>;
  /** Every folder that holds a part of the session. */
  readonly foldersOf: (sessionId: string) => readonly string[];
  /** False for a session that must not be in the catalog: only its file keeps its text. */
  readonly isCatalogued: (sessionId: string) => boolean;
}

/** A change of a session's text, for the catalog and for the file. */
export interface TextChange {
  /** The cheapest write into the catalog. */
  readonly writeNew: () => void;
  readonly change: TranscriptChange;
  /** The number of characters that it adds. */
  readonly characters?: number;
}

/** Where the text of a session is kept: in the catalog, or only in its file. */
export interface TextPlaces {
  isFileOnly(sessionId: string): boolean;
  readNow(sessionId: string): Transcript;
  /** Writes or queues the change in the catalog; true where the catalog has it. */
  keep(sessionId: string, change: TextChange): boolean;
  /** Keeps the text of a session that has only its file in memory, until the file is written. */
  hold(sessionId: string, transcript: Transcript): void;
  isHeld(sessionId: string): boolean;
  letGo(sessionId: string): void;
}

const NOTHING: Transcript = { revision: 0, speakers: {}, entries: [] };

export function createTextPlaces({ catalog, foldersOf, isCatalogued }: TextPlacesOptions): TextPlaces {
  /** Text that is newer than its file. */
  const held = new Map<string, Transcript>();

  const isFileOnly = (sessionId: string): boolean => {
    if (held.has(sessionId)) return true;
    try {
      return !isCatalogued(sessionId);
    } catch {
      return false;
    }
  };

  const readNow = (sessionId: string): Transcript => {
    if (!isFileOnly(sessionId)) return catalog.transcript(sessionId);
    const written = (): Transcript | undefined =>
      foldersOf(sessionId)
        .map(readTranscriptFileSync)
        .find((transcript) => transcript !== undefined);
    return held.get(sessionId) ?? written() ?? NOTHING;
  };

  return {
    isFileOnly,
    readNow,
    keep(sessionId, { writeNew, change, characters = 0 }) {
      if (!isFileOnly(sessionId)) return catalog.keepText({ sessionId, writeNew, change, characters });
      held.set(sessionId, applyChange(readNow(sessionId), change));
      return false;
    },
    hold(sessionId, transcript) {
      held.set(sessionId, transcript);
    },
    isHeld: (sessionId) => held.has(sessionId),
    letGo(sessionId) {
      held.delete(sessionId);
    },
  };
}
