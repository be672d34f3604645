import { setImmediate } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import { applyChange, type TranscriptChange } from '../catalog/pending-text.ts';
import type { TranscriptPatch } from '../catalog/transcript-rows.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import { MAX_SESSION_CHARACTERS } from '../contract/transcript.ts';
import type { SpeakerNames, Transcript, TranscriptEntry } from '../contract/transcript.ts';
import type { Log } from '../runtime/log.ts';
import { textNotFound } from './edit-transcript.ts';
import { requireExtent, withRoomFor } from './import-transcript.ts';
import { createInTurn } from '../runtime/in-turn.ts';
import { createLiveExtents } from './live-extents.ts';
import { placeBehind } from './place-lines.ts';
import { createTextPlaces } from './text-places.ts';
import { createTranscriptFiles } from './transcript-files.ts';
import { patchBetween, slicesOf, withPatches } from './transcript-patch.ts';
import { createTurnTimes } from './turn-times.ts';

/** The new line; undefined to delete it. */
export type LineEdit = (before: TranscriptEntry) => TranscriptEntry | undefined;

export interface TranscriptStore {
  /** Everything said in a session, pending writes included. Rejects where it cannot be read. */
  read(sessionId: string): Promise<Transcript>;
  /**
   * Changes the text: in the catalog at once, or as soon as possible, and in `transcript.json` soon after. A long
   * change is written in slices; other tasks run between two slices. The text of one session is changed by one caller
   * at a time. Rejects with what `change` throws, and where the catalog cannot be read.
   */
  change(sessionId: string, change: TranscriptChange): Promise<Transcript>;
  /** Adds one line; the cost does not grow with the text. Rejects with TRANSCRIPT_FULL. */
  addLine(sessionId: string, entry: TranscriptEntry): Promise<void>;
  /** Changes one line, or deletes it where `edit` returns undefined; costs the same. Rejects with TEXT_NOT_FOUND. */
  editLine(sessionId: string, entryId: string, edit: LineEdit): Promise<TranscriptEntry | undefined>;
  /** Replaces all names of speakers; costs the same. */
  nameSpeakers(sessionId: string, speakers: SpeakerNames): Promise<void>;
  /**
   * Adds live text; the cost does not grow with the session. `segments` are those of its turn, where that has ended.
   * Throws TRANSCRIPT_FULL, and CATALOG_UNAVAILABLE where too much is pending.
   */
  add(sessionId: string, entry: TranscriptEntry, segments?: readonly AudioSegment[]): void;
  /** Gives the live text of an ended turn the turn's times. */
  endTurn(sessionId: string, segments: readonly AudioSegment[]): void;
  /** Makes catalog and files equal: the one with the higher revision wins. */
  restore(sessionId: string, folders: readonly string[]): Promise<void>;
  /** For a session whose text is only in its file: copies what was not accepted from it, before it is rewritten. */
  keepLacking(sessionId: string, folders: readonly string[]): Promise<void>;
  /** Writes what its file lacks, and frees what is kept in memory for a running session. */
  settle(sessionId: string): Promise<void>;
  /** The same for all sessions. No changes may follow. */
  close(): Promise<void>;
}

export interface TranscriptStoreOptions {
  readonly catalog: Pick<
    Catalog,
    | 'transcript'
    | 'transcriptRevision'
    | 'transcriptExtent'
    | 'transcriptOfTurn'
    | 'offer'
    | 'keepText'
    | 'saveTranscript'
    | 'putTranscript'
    | 'readTranscript'
    | 'transcriptEntry'
    | 'transcriptExtentAtMost'
    | 'patchTranscript'
  >;
  /** Every folder that holds a part of the session. */
  readonly foldersOf: (sessionId: string) => readonly string[];
  /** False for a session that must not be in the catalog: only its file keeps its text. */
  readonly isCatalogued: (sessionId: string) => boolean;
  readonly log: Log;
}

/** Keeps the text of sessions in two places. A failure of one is logged and does not stop the other. */
export function createTranscriptStore(options: TranscriptStoreOptions): TranscriptStore {
  const { catalog, foldersOf, log } = options;
  const changes = createInTurn();
  const places = createTextPlaces(options);
  const { isFileOnly, readNow } = places;
  const times = createTurnTimes(catalog, places);
  const extents = createLiveExtents(catalog, places, log);

  const read = async (sessionId: string): Promise<Transcript> => {
    times.placeLate(sessionId);
    return isFileOnly(sessionId) ? readNow(sessionId) : catalog.readTranscript(sessionId);
  };

  const files = createTranscriptFiles({
    read,
    foldersOf,
    log,
    onWritten: (sessionId) => {
      if (!extents.has(sessionId)) places.letGo(sessionId);
    },
  });

  /** True where the catalog alone can be read and written. */
  const isQuick = (sessionId: string): boolean => {
    times.placeLate(sessionId);
    return !isFileOnly(sessionId) && catalog.offer(sessionId);
  };

  /** Writes that the catalog refuses are queued, with all later ones. */
  const write = async (sessionId: string, slices: readonly TranscriptPatch[]): Promise<void> => {
    for (const [index, slice] of slices.entries()) {
      if (index > 0) await setImmediate();
      const isTaken = places.keep(sessionId, {
        writeNew() {
          catalog.patchTranscript(sessionId, slice);
        },
        change: (transcript) => withPatches(transcript, slices.slice(index)),
      });
      if (!isTaken) break;
    }
    files.note(sessionId);
  };

  return {
    read,
    change: (sessionId, change) =>
      changes.run(sessionId, async () => {
        if (isQuick(sessionId)) {
          const before = await catalog.readTranscript(sessionId);
          await setImmediate();
          const after = applyChange(before, change);
          await setImmediate();
          await write(sessionId, slicesOf(patchBetween(before, after)));
          return after;
        }
        const after = applyChange(readNow(sessionId), change);
        if (isFileOnly(sessionId)) places.hold(sessionId, after);
        else catalog.keepText({ sessionId, change });
        files.note(sessionId);
        return after;
      }),
    addLine: (sessionId, entry) =>
      changes.run(sessionId, () => {
        if (isQuick(sessionId)) requireRoom(catalog, sessionId, entry);
        else withRoomFor(withPatches(readNow(sessionId), [{ put: [{ entry, before: undefined }] }]));
        return write(sessionId, [{ put: [{ entry, before: undefined }] }]);
      }),
    editLine: (sessionId, entryId, edit) =>
      changes.run(sessionId, async () => {
        const before = isQuick(sessionId)
          ? catalog.transcriptEntry(sessionId, entryId)
          : readNow(sessionId).entries.find(({ id }) => id === entryId);
        if (before === undefined) throw textNotFound(entryId);
        const entry = edit(before);
        if (entry === before) return entry;
        await write(sessionId, [
          entry === undefined ? { put: [], drop: [before] } : { put: [{ entry, before }] },
        ]);
        return entry;
      }),
    nameSpeakers: (sessionId, speakers) =>
      changes.run(sessionId, () => write(sessionId, [{ put: [], speakers }])),
    add(sessionId, entry, segments = []) {
      extents.requireRoom(sessionId, entry);
      const placed = placeBehind(entry, segments);
      places.keep(sessionId, {
        writeNew() {
          catalog.putTranscript(sessionId, [placed]);
        },
        change: (transcript) => ({ ...transcript, entries: [...transcript.entries, placed] }),
        characters: entry.text.length,
      });
      extents.count(sessionId, entry);
      files.note(sessionId);
      const { turn_id } = entry;
      if (turn_id !== null && segments.length > 0) times.noteLate(sessionId, turn_id, segments);
    },
    endTurn(sessionId, segments) {
      const turnId = segments[0]?.turn_id;
      // Without live text in the session there is none in this turn.
      if (turnId === undefined || !extents.has(sessionId)) return;
      times.place(sessionId, turnId, segments);
      files.note(sessionId);
    },
    async restore(sessionId, folders) {
      const known = catalog.transcriptRevision(sessionId);
      const found = await files.revisions(folders);
      for (const { folder, revision } of found.toSorted((a, b) => b.revision - a.revision)) {
        // A file without a revision may be damaged, and would be overwritten.
        if (revision <= known && revision >= 0) continue;
        const account = await files.take(sessionId, folder);
        if (account.kind !== 'told' || account.transcript.revision <= known) continue;
        catalog.saveTranscript(sessionId, account.transcript);
        if (account.cut.length > 0) await files.write(sessionId, [folder]);
        return;
      }
      const behind = found.filter(({ revision }) => revision < known).map(({ folder }) => folder);
      if (known > 0 && behind.length > 0) await files.write(sessionId, behind);
    },
    async keepLacking(sessionId, folders) {
      for (const folder of folders) await files.take(sessionId, folder);
    },
    async settle(sessionId) {
      await changes.ended(sessionId);
      catalog.offer(sessionId);
      times.placeLate(sessionId);
      extents.forget(sessionId);
      if (places.isHeld(sessionId)) files.note(sessionId);
      await files.settle(sessionId);
    },
    async close() {
      await changes.allEnded();
      await files.close();
    },
  };
}

/** Throws TRANSCRIPT_FULL where a session has no room for this line. */
function requireRoom(
  catalog: Pick<Catalog, 'transcriptExtentAtMost' | 'transcriptExtent'>,
  sessionId: string,
  { text }: TranscriptEntry,
): void {
  const most = catalog.transcriptExtentAtMost(sessionId);
  // The characters can be counted only by reading all of them.
  const { entries, characters } =
    most.characters + text.length <= MAX_SESSION_CHARACTERS ? most : catalog.transcriptExtent(sessionId);
  requireExtent(entries + 1, characters + text.length);
}
