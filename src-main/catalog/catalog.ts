import { setImmediate } from 'node:timers/promises';
import type { SessionRecord } from '../contract/session-record.ts';
import type { SearchQuery, SearchResult } from '../contract/search.ts';
import type { Transcript, TranscriptEntry } from '../contract/transcript.ts';
import type { Log } from '../runtime/log.ts';
import { openDatabase } from './database.ts';
import { prepareEvents } from './event-rows.ts';
import { fillIndex } from './fill-index.ts';
import { createPendingSessions, type SessionWrite } from './pending-sessions.ts';
import { createPendingText, type TextWrite } from './pending-text.ts';
import { type Jobs, prepareJobs } from './job-rows.ts';
import { prepareRecords, type AddedToSession } from './record-rows.ts';
import { prepareSearch } from './search.ts';
import { prepareSessions } from './session-rows.ts';
import { inTimeOrder, type PagedLine } from './transcript-pages.ts';
import { prepareTranscripts, type TranscriptExtent, type TranscriptPatch } from './transcript-rows.ts';
import { keepLogSynced } from './write-ahead-log.ts';
import { createWriteQueue } from './write-queue.ts';

export interface SessionQuery {
  /** Words that all occur in the session: in its title, notes, markers or text. */
  readonly query?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/**
 * The record of every session. Calls are short and synchronous; they throw only when the database itself fails. The
 * calls marked so do not throw even then: their writes wait in one queue (write-queue.ts).
 */
export interface Catalog {
  /**
   * Writes the session and everything under it, as one transaction.
   * @param known the catalog's record when the change was made: then only the differences are written. Parts, files,
   * markers and segments that are the same objects cost nothing.
   */
  save(session: SessionRecord, known?: SessionRecord): void;
  /**
   * As `save`, for a write that may have to wait. Where the database refuses it, readers see the new state already, and
   * it is written later. Returns true where it is written. Never throws.
   */
  keep(session: SessionWrite): boolean;
  /** Tries now to write what is pending for a session and its text; true where nothing is pending any more. */
  offer(id: string): boolean;
  /** Adds rows to an existing session and increments its revision. The cost does not grow with the session. */
  append(
    session: Pick<SessionRecord, 'id' | 'revision' | 'sample_rate' | 'channels' | 'parts'>,
    added: AddedToSession,
  ): void;
  get(id: string): SessionRecord | undefined;
  has(id: string): boolean;
  /** Newest first, without their segments. */
  list(query: SessionQuery): { readonly sessions: readonly SessionRecord[]; readonly total: number };
  /** Everything said in a session, pending writes included; nothing, at revision 0, for an unknown session. */
  transcript(sessionId: string): Transcript;
  /**
   * The same, read in pages; other tasks run between two pages. Changes made meanwhile may or may not be included; the
   * result has everything that its revision counts.
   */
  readTranscript(sessionId: string): Promise<Transcript>;
  /** This call and the next ones do not see pending writes: see `offer`. */
  transcriptEntry(sessionId: string, id: string): TranscriptEntry | undefined;
  transcriptRevision(sessionId: string): number;
  transcriptExtent(sessionId: string): TranscriptExtent;
  /** At least the real extent, found without reading the text. */
  transcriptExtentAtMost(sessionId: string): TranscriptExtent;
  /** What was said in one turn. */
  transcriptOfTurn(sessionId: string, turnId: string): readonly TranscriptEntry[];
  /**
   * Changes the text of a session, after its pending writes. Where the database refuses it, readers see the new text
   * already, and it is written later. Returns true where it is written. Throws CATALOG_UNAVAILABLE where too much is
   * pending.
   */
  keepText(change: TextWrite): boolean;
  /** Replaces everything said in a session, its revision included, as one transaction. Writes only the differences. */
  saveTranscript(sessionId: string, transcript: Transcript): void;
  /** Adds entries, or replaces those with the same ids; increments the revision. */
  putTranscript(sessionId: string, entries: readonly TranscriptEntry[]): void;
  /** Writes some lines and deletes some, as one transaction. Lines that others changed since stay as they are now. */
  patchTranscript(sessionId: string, patch: TranscriptPatch): void;
  /** Finds words in titles, notes, markers and text. Accepts anything that a person may type. */
  search(query: SearchQuery): SearchResult;
  readonly jobs: Jobs;
  /** Sessions that a crash left unfinished. */
  unfinished(): readonly SessionRecord[];
  /**
   * Hides a session whose folder went to the trash, its pending writes included, and shows it again when the folder is
   * back. Hiding may be refused; showing waits in the queue where it has to.
   */
  setDeleted(id: string, deletedAt: string | undefined): void;
  deletedIds(): readonly string[];
  /** Records an event of a session. The write waits in the queue where it has to. */
  addEvent(sessionId: string, occurredAt: string, event: string, details?: unknown): void;
  /** Tries to write what is pending. Resolves once everything committed is on the disk, or the disk has refused it. */
  sync(): Promise<void>;
  /** Tries to write what is pending a last time, and closes the database. */
  close(): void;
}

export function openCatalog(path: string, log: Log = () => undefined): Catalog {
  const database = openDatabase(path);
  const queue = createWriteQueue(log);
  const logSync = path === ':memory:' ? undefined : keepLogSynced(database, path);
  const sessions = prepareSessions(database);
  const records = prepareRecords(database);
  const transcripts = prepareTranscripts(database);
  const backlog = fillIndex(database, queue);
  const words = prepareSearch(database, backlog.isLeft);

  const pendingSessions = createPendingSessions(queue, records.save);
  const pendingText = createPendingText(queue, transcripts);
  const transcript = (sessionId: string): Transcript =>
    pendingText.upon(sessionId, transcripts.read(sessionId));

  return {
    save(session, known) {
      records.save(session, known);
      pendingSessions.forget(session.id);
    },
    keep: pendingSessions.keep,
    offer: (id) => pendingSessions.offer(id) && pendingText.offer(id),
    append: records.append,
    get(id) {
      const known = sessions.get(id);
      return known === undefined ? pendingSessions.get(id) : pendingSessions.latest(known);
    },
    has: (id) => sessions.has(id) || pendingSessions.has(id),
    list({ query, limit, offset }) {
      queue.offerAll();
      const ids = query === undefined ? null : words.sessionIds(query);
      const known = sessions.page({ ids, limit, offset }).map(pendingSessions.latest);
      // They began while the database refused writes, so they are the newest.
      const unknown = query === undefined ? pendingSessions.all().filter(({ id }) => !sessions.has(id)) : [];
      const page = offset === 0 ? [...unknown.reverse(), ...known] : known;
      return {
        sessions: page.map((session) => ({ ...session, segments: [] })),
        total: sessions.count(ids) + unknown.length,
      };
    },
    jobs: prepareJobs(database, queue),
    transcript,
    keepText: pendingText.keep,
    async readTranscript(sessionId) {
      // A pending change may be written while pages are read, and would then be missing from both.
      if (pendingText.has(sessionId)) return transcript(sessionId);
      const revision = transcripts.revision(sessionId);
      const lines: PagedLine[] = [];
      let after: number | undefined;
      do {
        const page = transcripts.pages(sessionId, after);
        lines.push(...page.lines);
        after = page.after;
        if (after !== undefined) await setImmediate();
      } while (after !== undefined);
      const speakers = transcripts.speakers(sessionId);
      return pendingText.upon(sessionId, { revision, speakers, entries: await inTimeOrder(lines) });
    },
    transcriptEntry: transcripts.entry,
    transcriptRevision: transcripts.revision,
    transcriptExtent: transcripts.extent,
    transcriptExtentAtMost: transcripts.extentAtMost,
    transcriptOfTurn: transcripts.ofTurn,
    saveTranscript: transcripts.save,
    putTranscript: transcripts.put,
    patchTranscript: transcripts.patch,
    search: words.search,
    unfinished: sessions.unfinished,
    setDeleted(id, deletedAt) {
      const key = `shown ${id}`;
      if (deletedAt === undefined) {
        queue.submit({
          key,
          write: () => {
            sessions.setDeleted(id, null);
          },
        });
        return;
      }
      sessions.setDeleted(id, deletedAt);
      queue.drop(key);
      pendingSessions.forget(id);
      pendingText.forget(id);
    },
    deletedIds: sessions.deletedIds,
    addEvent: prepareEvents(database, queue),
    async sync() {
      queue.offerAll();
      await logSync?.sync();
    },
    close() {
      queue.close();
      backlog.stop();
      logSync?.stop();
      database.close();
    },
  };
}
