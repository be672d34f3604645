import type { Catalog } from '../catalog/catalog.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import { LecternError } from '../contract/errors.ts';
import { MAX_SESSION_CHARACTERS, MAX_SESSION_ENTRIES } from '../contract/transcript.ts';
import type { Transcript, TranscriptEntry } from '../contract/transcript.ts';
import { readTranscriptFile, readTranscriptFileSync } from '../files/session-file.ts';
import type { Log } from '../session/ports.ts';
import { placeLines } from './place-lines.ts';
import { createTranscriptFiles } from './transcript-files.ts';
import { applyChange, createWaitingChanges, type TranscriptChange } from './waiting-changes.ts';

export interface TranscriptStore {
  /** Everything said in a session, what the catalog has not taken yet included. Throws where it cannot be read. */
  read(sessionId: string): Transcript;
  /**
   * Changes what is known: in the catalog at once, or as soon as that can be, and in `transcript.json` soon after.
   * Throws what `change` throws, and where the catalog cannot even be read.
   */
  change(sessionId: string, change: TranscriptChange): Transcript;
  /**
   * Takes live text, which costs as little late in a session as early; `segments` are its turn's, where that has
   * ended. Throws TRANSCRIPT_FULL, and CATALOG_UNAVAILABLE where nothing has been taken for long.
   */
  add(sessionId: string, entry: TranscriptEntry, segments?: readonly AudioSegment[]): void;
  /** Gives the live text of a turn that has ended the turn's times. */
  endTurn(sessionId: string, segments: readonly AudioSegment[]): void;
  /** Makes catalog and files agree: the one that has seen more changes tells the other. */
  restore(sessionId: string, folders: readonly string[]): Promise<void>;
  /** Writes what is not yet in its file, and forgets what is kept for a running session. */
  settle(sessionId: string): Promise<void>;
  /** The same for all sessions. Nothing may be changed afterwards. */
  close(): Promise<void>;
}

export interface TranscriptStoreOptions {
  readonly catalog: Pick<
    Catalog,
    | 'transcript'
    | 'transcriptRevision'
    | 'transcriptExtent'
    | 'transcriptOfTurn'
    | 'saveTranscript'
    | 'changeTranscript'
    | 'putTranscript'
  >;
  /** Every folder that holds a part of the session. */
  readonly foldersOf: (sessionId: string) => readonly string[];
  /** False for a session of which the catalog must not know: its file alone keeps its text. */
  readonly isCatalogued: (sessionId: string) => boolean;
  readonly log: Log;
}

const NOTHING: Transcript = { revision: 0, speakers: {}, entries: [] };

/** Keeps the text of sessions in two places. A fault of one is logged and does not keep it from the other. */
export function createTranscriptStore(options: TranscriptStoreOptions): TranscriptStore {
  const { catalog, foldersOf, log } = options;
  const waiting = createWaitingChanges({ catalog, log });
  /** Text that is newer than its file, of sessions that have nothing but their file. */
  const held = new Map<string, Transcript>();
  /** How much text there is, of sessions to which live text has been added. */
  const extents = new Map<string, { entries: number; characters: number }>();

  const isFileOnly = (sessionId: string): boolean => {
    if (held.has(sessionId)) return true;
    try {
      return !options.isCatalogued(sessionId);
    } catch {
      return false;
    }
  };

  const read = (sessionId: string): Transcript => {
    if (!isFileOnly(sessionId)) return waiting.upon(sessionId, catalog.transcript(sessionId));
    const written = (): Transcript | undefined =>
      foldersOf(sessionId)
        .map(readTranscriptFileSync)
        .find((transcript) => transcript !== undefined);
    return held.get(sessionId) ?? written() ?? NOTHING;
  };

  const files = createTranscriptFiles({
    read,
    foldersOf,
    log,
    onWritten: (sessionId) => {
      if (!extents.has(sessionId)) held.delete(sessionId);
    },
  });

  /** Into the catalog by the shortest way, or else behind what waits for it. */
  const put = (sessionId: string, quick: () => void, change: TranscriptChange): void => {
    if (isFileOnly(sessionId)) held.set(sessionId, applyChange(read(sessionId), change));
    else if (waiting.has(sessionId)) waiting.add(sessionId, change);
    else
      try {
        quick();
      } catch (error) {
        waiting.add(sessionId, change, error);
      }
    files.note(sessionId);
  };

  const extentOf = (sessionId: string) => {
    const known = extents.get(sessionId);
    if (known !== undefined) return known;
    let extent = { entries: 0, characters: 0 };
    try {
      if (!isFileOnly(sessionId)) extent = catalog.transcriptExtent(sessionId);
    } catch (error) {
      log('error', 'the catalog could not be read', { id: sessionId, error });
    }
    extents.set(sessionId, extent);
    return extent;
  };

  const admit = (sessionId: string, { text }: TranscriptEntry): void => {
    const extent = extentOf(sessionId);
    if (extent.entries >= MAX_SESSION_ENTRIES || extent.characters + text.length > MAX_SESSION_CHARACTERS)
      throw new LecternError(
        'TRANSCRIPT_FULL',
        `This session's text is full (${extent.entries} lines, ${extent.characters} characters). ` +
          'Recording goes on; start a new session for more text',
      );
    if (waiting.has(sessionId)) waiting.makeRoom(text.length);
    extent.entries++;
    extent.characters += text.length;
  };

  return {
    read,
    change(sessionId, change) {
      const changed = (): Transcript => {
        if (isFileOnly(sessionId)) {
          const after = applyChange(read(sessionId), change);
          held.set(sessionId, after);
          return after;
        }
        let error: unknown;
        if (waiting.retry(sessionId))
          try {
            return catalog.changeTranscript(sessionId, change);
          } catch (refusal) {
            error = refusal;
          }
        const after = applyChange(read(sessionId), change);
        waiting.add(sessionId, change, error);
        return after;
      };
      const after = changed();
      files.note(sessionId);
      return after;
    },
    add(sessionId, entry, segments = []) {
      admit(sessionId, entry);
      const { turn_id } = entry;
      put(
        sessionId,
        () => {
          const others =
            turn_id === null || segments.length === 0 ? [] : catalog.transcriptOfTurn(sessionId, turn_id);
          catalog.putTranscript(sessionId, placeLines([...others, entry], segments));
        },
        (transcript) => placedIn({ ...transcript, entries: [...transcript.entries, entry] }, segments),
      );
    },
    endTurn(sessionId, segments) {
      const turnId = segments[0]?.turn_id;
      // Nothing was said live, so nothing was said in this turn.
      if (turnId === undefined || !extents.has(sessionId)) return;
      put(
        sessionId,
        () => {
          const lines = catalog.transcriptOfTurn(sessionId, turnId);
          if (lines.length > 0) catalog.putTranscript(sessionId, placeLines(lines, segments));
        },
        (transcript) => placedIn(transcript, segments),
      );
    },
    async restore(sessionId, folders) {
      const known = catalog.transcriptRevision(sessionId);
      const found = await files.revisions(folders);
      const latest = found.toSorted((a, b) => b.revision - a.revision)[0];
      const written =
        latest !== undefined && latest.revision > known ? await readTranscriptFile(latest.folder) : undefined;
      if (written !== undefined) return catalog.saveTranscript(sessionId, written);
      const behind = found.filter(({ revision }) => revision < known).map(({ folder }) => folder);
      if (known > 0 && behind.length > 0) await files.write(sessionId, behind);
    },
    async settle(sessionId) {
      waiting.retry(sessionId);
      extents.delete(sessionId);
      if (held.has(sessionId)) files.note(sessionId);
      await files.settle(sessionId);
    },
    async close() {
      waiting.close();
      await files.close();
    },
  };
}

function placedIn(transcript: Transcript, segments: readonly AudioSegment[]): Transcript {
  const turnId = segments[0]?.turn_id;
  if (turnId === undefined) return transcript;
  const lines = transcript.entries.filter(({ turn_id }) => turn_id === turnId);
  const placed = new Map(placeLines(lines, segments).map((entry) => [entry.id, entry]));
  return { ...transcript, entries: transcript.entries.map((entry) => placed.get(entry.id) ?? entry) };
}
