import type { Catalog } from '../catalog/catalog.ts';
import { applyChange, type TranscriptChange } from '../catalog/held-text.ts';
import type { Transcript } from '../contract/transcript.ts';
import { readTranscriptFileSync } from '../files/session-file.ts';

export interface TextPlacesOptions {
  readonly catalog: Pick<Catalog, 'transcript' | 'keepText'>;
  /** Every folder that holds a part of the session. */
  readonly foldersOf: (sessionId: string) => readonly string[];
  /** False for a session of which the catalog must not know: its file alone keeps its text. */
  readonly isCatalogued: (sessionId: string) => boolean;
}

/** A change of a session's text, in the words of both places. */
export interface TextChange {
  /** Writes it into the catalog, by the shortest way. */
  readonly writeNew: () => void;
  readonly change: TranscriptChange;
  /** How much longer it makes the text. */
  readonly characters?: number;
}

/** Where the text of sessions is: in the catalog, or in nothing but their file. */
export interface TextPlaces {
  isFileOnly(sessionId: string): boolean;
  readNow(sessionId: string): Transcript;
  /** Into the catalog, or behind what waits for it; true where the catalog has taken it. */
  keep(sessionId: string, change: TextChange): boolean;
  /** Holds the text of a session that has nothing but its file, until that has been written. */
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
