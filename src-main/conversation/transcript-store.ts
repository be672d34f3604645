import type { Catalog } from '../catalog/catalog.ts';
import type { Transcript, TranscriptEntry } from '../contract/transcript.ts';
import { readTranscriptFileSync, writeTranscriptFile } from '../files/session-file.ts';
import type { Log } from '../session/ports.ts';

export interface TranscriptStore {
  read(sessionId: string): Transcript;
  /** Replaces what is known: in the catalog at once, in `transcript.json` after what is under way. */
  change(sessionId: string, change: (transcript: Transcript) => Transcript): Transcript;
  add(sessionId: string, entry: TranscriptEntry): void;
  /** Resolves once everything said so far is in its file, or could not be put there. */
  settled(): Promise<void>;
}

export interface TranscriptStoreOptions {
  readonly catalog: Pick<Catalog, 'transcript' | 'saveTranscript'>;
  /** Every folder that holds a part of the session. */
  readonly foldersOf: (sessionId: string) => readonly string[];
  /** False for a session of which the catalog must not know: its file alone keeps its text. */
  readonly isCatalogued: (sessionId: string) => boolean;
  readonly log: Log;
}

const NOTHING: Transcript = { revision: 0, speakers: {}, entries: [] };

/** Keeps the text of sessions in two places. A fault of one is logged and does not keep it from the other. */
export function createTranscriptStore(options: TranscriptStoreOptions): TranscriptStore {
  const { catalog, foldersOf, isCatalogued, log } = options;
  /** Text that is newer than its file. */
  const stale = new Map<string, Transcript>();
  /** Text that is newer than the catalog, which refused it, or than the file where that is all there is. */
  const unsaved = new Map<string, Transcript>();
  let writing: Promise<void> = Promise.resolve();

  const readFile = (sessionId: string): Transcript =>
    foldersOf(sessionId)
      .map(readTranscriptFileSync)
      .find((transcript) => transcript !== undefined) ?? NOTHING;

  const read = (sessionId: string): Transcript => {
    const waiting = unsaved.get(sessionId) ?? stale.get(sessionId);
    if (waiting !== undefined) return waiting;
    try {
      if (!isCatalogued(sessionId)) return readFile(sessionId);
      return catalog.transcript(sessionId);
    } catch (error) {
      log('error', 'the catalog could not be read', { id: sessionId, error });
      return NOTHING;
    }
  };

  const writeFiles = async (sessionId: string): Promise<void> => {
    const transcript = stale.get(sessionId);
    if (transcript === undefined) return;
    stale.delete(sessionId);
    const folders = foldersOf(sessionId);
    const written = await Promise.allSettled(
      folders.map((folder) => writeTranscriptFile(folder, transcript)),
    );
    for (const outcome of written)
      if (outcome.status === 'rejected')
        log('error', 'transcript.json could not be written', { id: sessionId, error: outcome.reason });
    const isWritten = written.some(({ status }) => status === 'fulfilled');
    if (isWritten && unsaved.get(sessionId) === transcript && !isCatalogued(sessionId))
      unsaved.delete(sessionId);
  };

  const change: TranscriptStore['change'] = (sessionId, makeChange) => {
    const before = read(sessionId);
    const transcript = { ...makeChange(before), revision: before.revision + 1 };
    try {
      if (isCatalogued(sessionId)) {
        catalog.saveTranscript(sessionId, transcript);
        unsaved.delete(sessionId);
      } else unsaved.set(sessionId, transcript);
    } catch (error) {
      unsaved.set(sessionId, transcript);
      log('error', 'the catalog could not be written', { id: sessionId, error });
    }
    stale.set(sessionId, transcript);
    writing = writing.then(() => writeFiles(sessionId));
    return transcript;
  };

  return {
    read,
    change,
    add(sessionId, entry) {
      change(sessionId, (transcript) => ({ ...transcript, entries: [...transcript.entries, entry] }));
    },
    settled: () => writing,
  };
}
