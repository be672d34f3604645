import { setImmediate } from 'node:timers/promises';
import type { Catalog } from '../catalog/catalog.ts';
import { applyChange, type TranscriptChange } from '../catalog/held-text.ts';
import type { TranscriptPatch } from '../catalog/transcript-rows.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import { LecternError } from '../contract/errors.ts';
import { MAX_SESSION_CHARACTERS, MAX_SESSION_ENTRIES } from '../contract/transcript.ts';
import type { SpeakerNames, Transcript, TranscriptEntry } from '../contract/transcript.ts';
import { readTranscriptFileSync } from '../files/session-file.ts';
import type { Log } from '../runtime/log.ts';
import { textNotFound } from './edit-transcript.ts';
import { requireExtent, withRoomFor } from './import-transcript.ts';
import { placeBehind, placeLines } from './place-lines.ts';
import { createTranscriptFiles } from './transcript-files.ts';
import { patchBetween, slicesOf, withPatches } from './transcript-patch.ts';

/** What becomes of a line; undefined where it goes. */
export type LineEdit = (before: TranscriptEntry) => TranscriptEntry | undefined;

export interface TranscriptStore {
  /** Everything said in a session, what the catalog has not taken yet included. Rejects where it cannot be read. */
  read(sessionId: string): Promise<Transcript>;
  /**
   * Changes what is known: in the catalog at once, or as soon as that can be, and in `transcript.json` soon after.
   * A long change is written in slices, between which others have their turn; the text of one session is changed by one
   * caller at a time. Rejects with what `change` throws, and where the catalog cannot even be read.
   */
  change(sessionId: string, change: TranscriptChange): Promise<Transcript>;
  /** Adds one line, which costs as little in a long text as in a short one. Rejects with TRANSCRIPT_FULL. */
  addLine(sessionId: string, entry: TranscriptEntry): Promise<void>;
  /** Changes one line at the same cost, or drops it where `edit` gives undefined. Rejects with TEXT_NOT_FOUND. */
  editLine(sessionId: string, entryId: string, edit: LineEdit): Promise<TranscriptEntry | undefined>;
  /** Gives the speakers these names and no others, at the same cost. */
  nameSpeakers(sessionId: string, speakers: SpeakerNames): Promise<void>;
  /**
   * Takes live text, which costs as little late in a session as early; `segments` are its turn's, where that has
   * ended. Throws TRANSCRIPT_FULL, and CATALOG_UNAVAILABLE where nothing has been taken for long.
   */
  add(sessionId: string, entry: TranscriptEntry, segments?: readonly AudioSegment[]): void;
  /** Gives the live text of a turn that has ended the turn's times. */
  endTurn(sessionId: string, segments: readonly AudioSegment[]): void;
  /** Makes catalog and files agree: the one that has seen more changes tells the other. */
  restore(sessionId: string, folders: readonly string[]): Promise<void>;
  /** For a session that has its text in its file alone: keeps what of it is not taken, before it is written anew. */
  keepLacking(sessionId: string, folders: readonly string[]): Promise<void>;
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
  /** False for a session of which the catalog must not know: its file alone keeps its text. */
  readonly isCatalogued: (sessionId: string) => boolean;
  readonly log: Log;
}

/** Lines of one turn that share its time: nobody says more in one, and all of them are written again for it. */
const MAX_PLACED_LINES = 500;

const NOTHING: Transcript = { revision: 0, speakers: {}, entries: [] };

/** Keeps the text of sessions in two places. A fault of one is logged and does not keep it from the other. */
export function createTranscriptStore(options: TranscriptStoreOptions): TranscriptStore {
  const { catalog, foldersOf, log } = options;
  /** Text that is newer than its file, of sessions that have nothing but their file. */
  const held = new Map<string, Transcript>();
  /** Turns that had ended before some of their lines came: those lines and their others are still to share its time. */
  const late = new Map<string, Map<string, readonly AudioSegment[]>>();
  /** The latest change of each session whose text is being changed. */
  const changing = new Map<string, Promise<void>>();
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

  const readNow = (sessionId: string): Transcript => {
    if (!isFileOnly(sessionId)) return catalog.transcript(sessionId);
    const written = (): Transcript | undefined =>
      foldersOf(sessionId)
        .map(readTranscriptFileSync)
        .find((transcript) => transcript !== undefined);
    return held.get(sessionId) ?? written() ?? NOTHING;
  };

  const read = async (sessionId: string): Promise<Transcript> => {
    placeLate(sessionId);
    return isFileOnly(sessionId) ? readNow(sessionId) : catalog.readTranscript(sessionId);
  };

  const files = createTranscriptFiles({
    read,
    foldersOf,
    log,
    onWritten: (sessionId) => {
      if (!extents.has(sessionId)) held.delete(sessionId);
    },
  });

  /** Into the catalog by the shortest way, or behind what waits for it; true where the catalog has taken it. */
  const keep = (
    sessionId: string,
    writeNew: () => void,
    change: TranscriptChange,
    characters = 0,
  ): boolean => {
    if (!isFileOnly(sessionId)) return catalog.keepText({ sessionId, writeNew, change, characters });
    held.set(sessionId, applyChange(readNow(sessionId), change));
    return false;
  };

  /** One change of a session's text after the other: each is made upon what the one before it has left. */
  const inTurn = async <Result>(sessionId: string, make: () => Promise<Result>): Promise<Result> => {
    const before = changing.get(sessionId);
    const result = before === undefined ? make() : before.then(make);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    changing.set(sessionId, ended);
    try {
      return await result;
    } finally {
      if (changing.get(sessionId) === ended) changing.delete(sessionId);
    }
  };

  /** True where the catalog alone can be asked and told. */
  const isQuick = (sessionId: string): boolean => {
    placeLate(sessionId);
    return !isFileOnly(sessionId) && catalog.offer(sessionId);
  };

  /** What the catalog refuses waits for it, with all that comes behind. */
  const write = async (sessionId: string, slices: readonly TranscriptPatch[]): Promise<void> => {
    for (const [index, slice] of slices.entries()) {
      if (index > 0) await setImmediate();
      const isTaken = keep(
        sessionId,
        () => {
          catalog.patchTranscript(sessionId, slice);
        },
        (transcript) => withPatches(transcript, slices.slice(index)),
      );
      if (!isTaken) break;
    }
    files.note(sessionId);
  };

  /** Gives the lines of a turn the times that they have of it. */
  const placeTurn = (sessionId: string, turnId: string, segments: readonly AudioSegment[]): void => {
    keep(
      sessionId,
      () => {
        const lines = catalog.transcriptOfTurn(sessionId, turnId);
        if (lines.length > 0 && lines.length <= MAX_PLACED_LINES)
          catalog.putTranscript(sessionId, placeLines(lines, segments));
      },
      (transcript) => placedIn(transcript, segments),
    );
  };

  const placeLate = (sessionId: string): void => {
    const turns = late.get(sessionId);
    late.delete(sessionId);
    for (const [turnId, segments] of turns ?? []) placeTurn(sessionId, turnId, segments);
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

  /** How much text there is already. Throws TRANSCRIPT_FULL where there is no room for this line. */
  const extentWithRoom = (sessionId: string, { text }: TranscriptEntry) => {
    const extent = extentOf(sessionId);
    if (extent.entries >= MAX_SESSION_ENTRIES || extent.characters + text.length > MAX_SESSION_CHARACTERS)
      throw new LecternError(
        'TRANSCRIPT_FULL',
        `This session's text is full (${extent.entries} lines, ${extent.characters} characters). ` +
          'Recording goes on; start a new session for more text',
      );
    return extent;
  };

  return {
    read,
    change: (sessionId, change) =>
      inTurn(sessionId, async () => {
        if (isQuick(sessionId)) {
          const before = await catalog.readTranscript(sessionId);
          await setImmediate();
          const after = applyChange(before, change);
          await setImmediate();
          await write(sessionId, slicesOf(patchBetween(before, after)));
          return after;
        }
        const after = applyChange(readNow(sessionId), change);
        if (isFileOnly(sessionId)) held.set(sessionId, after);
        else catalog.keepText({ sessionId, change });
        files.note(sessionId);
        return after;
      }),
    addLine: (sessionId, entry) =>
      inTurn(sessionId, () => {
        if (isQuick(sessionId)) requireRoom(catalog, sessionId, entry);
        else withRoomFor(withPatches(readNow(sessionId), [{ put: [{ entry, before: undefined }] }]));
        return write(sessionId, [{ put: [{ entry, before: undefined }] }]);
      }),
    editLine: (sessionId, entryId, edit) =>
      inTurn(sessionId, async () => {
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
    nameSpeakers: (sessionId, speakers) => inTurn(sessionId, () => write(sessionId, [{ put: [], speakers }])),
    add(sessionId, entry, segments = []) {
      const extent = extentWithRoom(sessionId, entry);
      const placed = placeBehind(entry, segments);
      keep(
        sessionId,
        () => {
          catalog.putTranscript(sessionId, [placed]);
        },
        (transcript) => ({ ...transcript, entries: [...transcript.entries, placed] }),
        entry.text.length,
      );
      extent.entries++;
      extent.characters += entry.text.length;
      files.note(sessionId);
      const { turn_id } = entry;
      if (turn_id === null || segments.length === 0) return;
      const turns = late.get(sessionId) ?? new Map<string, readonly AudioSegment[]>();
      late.set(sessionId, turns.set(turn_id, segments));
    },
    endTurn(sessionId, segments) {
      const turnId = segments[0]?.turn_id;
      // Nothing was said live, so nothing was said in this turn.
      if (turnId === undefined || !extents.has(sessionId)) return;
      placeTurn(sessionId, turnId, segments);
      files.note(sessionId);
    },
    async restore(sessionId, folders) {
      const known = catalog.transcriptRevision(sessionId);
      const found = await files.revisions(folders);
      for (const { folder, revision } of found.toSorted((a, b) => b.revision - a.revision)) {
        // What has no revision may be damaged, and would be written over.
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
      await changing.get(sessionId);
      catalog.offer(sessionId);
      placeLate(sessionId);
      extents.delete(sessionId);
      if (held.has(sessionId)) files.note(sessionId);
      await files.settle(sessionId);
    },
    async close() {
      await Promise.all(changing.values());
      await files.close();
    },
  };
}

function placedIn(transcript: Transcript, segments: readonly AudioSegment[]): Transcript {
  const turnId = segments[0]?.turn_id;
  if (turnId === undefined) return transcript;
  const lines = transcript.entries.filter(({ turn_id }) => turn_id === turnId);
  if (lines.length > MAX_PLACED_LINES) return transcript;
  const placed = new Map(placeLines(lines, segments).map((entry) => [entry.id, entry]));
  return { ...transcript, entries: transcript.entries.map((entry) => placed.get(entry.id) ?? entry) };
}

/** Throws TRANSCRIPT_FULL where a session has no room for this line. */
function requireRoom(
  catalog: Pick<Catalog, 'transcriptExtentAtMost' | 'transcriptExtent'>,
  sessionId: string,
  { text }: TranscriptEntry,
): void {
  const most = catalog.transcriptExtentAtMost(sessionId);
  // To count characters takes reading all of them.
  const { entries, characters } =
    most.characters + text.length <= MAX_SESSION_CHARACTERS ? most : catalog.transcriptExtent(sessionId);
  requireExtent(entries + 1, characters + text.length);
}
