import { setImmediate } from 'node:timers/promises';
import type { SessionRecord } from '../contract/session-record.ts';
import type { SearchQuery, SearchResult } from '../contract/search.ts';
import type { Transcript, TranscriptEntry } from '../contract/transcript.ts';
import type { Log } from '../runtime/log.ts';
import { openDatabase } from './database.ts';
import { prepareEvents } from './event-rows.ts';
import { fillIndex } from './fill-index.ts';
import { createHeldSessions, type KeptSession } from './held-sessions.ts';
import { createHeldText, type KeptChange } from './held-text.ts';
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
 * What is known of every session. Calls are short and synchronous; they throw only when the database itself fails. Those of
 * which it is said do not even then: what they write waits in one queue (write-queue.ts).
 */
export interface Catalog {
  /**
   * Writes the session and everything under it, as one transaction.
   * @param known what the catalog said of it when the change was made: then only what differs is written. Parts, files,
   *   markers and segments that are the same objects cost nothing.
   */
  save(session: SessionRecord, known?: SessionRecord): void;
  /**
   * The same for one that may have to wait: where the database refuses it, readers see it, and it is written later. True
   * where it is written. Throws nothing.
   */
  keep(session: KeptSession): boolean;
  /** Offers the database what waits of a session and of its text now; true where nothing does any more. */
  offer(id: string): boolean;
  /** Adds rows to a session that is there, and counts its revision on: costs as little late in a session as early. */
  append(
    session: Pick<SessionRecord, 'id' | 'revision' | 'sample_rate' | 'channels' | 'parts'>,
    added: AddedToSession,
  ): void;
  get(id: string): SessionRecord | undefined;
  has(id: string): boolean;
  /** Newest first, without their segments. */
  list(query: SessionQuery): { readonly sessions: readonly SessionRecord[]; readonly total: number };
  /** Everything said in a session, what waits included; nothing, at revision 0, where nothing is known. */
  transcript(sessionId: string): Transcript;
  /**
   * The same in pages, between which others have their turn. What is changed meanwhile may be in it or not: it has
   * all that its revision counts.
   */
  readTranscript(sessionId: string): Promise<Transcript>;
  /** Of this and what follows, what waits to be written is not known: see `offer`. */
  transcriptEntry(sessionId: string, id: string): TranscriptEntry | undefined;
  transcriptRevision(sessionId: string): number;
  transcriptExtent(sessionId: string): TranscriptExtent;
  /** No less than the extent, and found without reading the text. */
  transcriptExtentAtMost(sessionId: string): TranscriptExtent;
  /** What was said in one turn. */
  transcriptOfTurn(sessionId: string, turnId: string): readonly TranscriptEntry[];
  /**
   * Changes the text of a session, behind what waits of it: where the database refuses that, readers see it, and it is
   * written later. True where it is written. Throws CATALOG_UNAVAILABLE where nothing has been taken for long.
   */
  keepText(change: KeptChange): boolean;
  /** Replaces everything said in a session, its revision included, as one transaction. Writes only what differs. */
  saveTranscript(sessionId: string, transcript: Transcript): void;
  /** Adds entries, or puts them in place of those with their ids; counts the revision on. */
  putTranscript(sessionId: string, entries: readonly TranscriptEntry[]): void;
  /** Writes some lines and drops some, as one transaction; lines that changed since stay as they are now. */
  patchTranscript(sessionId: string, patch: TranscriptPatch): void;
  /** Finds words in titles, notes, markers and text. Takes whatever a person may type. */
  search(query: SearchQuery): SearchResult;
  readonly jobs: Jobs;
  /** Sessions that a crash left unfinished. */
  unfinished(): readonly SessionRecord[];
  /**
   * Hides a session whose folder went to the trash, with what waits to be written of it, and shows it again when the folder is
   * back. To hide it may be refused; to show it waits where it has to.
   */
  setDeleted(id: string, deletedAt: string | undefined): void;
  deletedIds(): readonly string[];
  /** Notes what happened to a session; it waits where it has to. */
  addEvent(sessionId: string, occurredAt: string, event: string, details?: unknown): void;
  /** Offers the database what waits, and resolves once all that was committed is on the disk, or was refused there. */
  sync(): Promise<void>;
  /** Offers the database what waits for the last time, and closes it. */
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

  const held = createHeldSessions(queue, records.save);
  const heldText = createHeldText(queue, transcripts);
  const transcript = (sessionId: string): Transcript => heldText.upon(sessionId, transcripts.read(sessionId));

  return {
    save(session, known) {
      records.save(session, known);
      held.forget(session.id);
    },
    keep: held.keep,
    offer: (id) => held.offer(id) && heldText.offer(id),
    append: records.append,
    get(id) {
      const known = sessions.get(id);
      return known === undefined ? held.get(id) : held.latest(known);
    },
    has: (id) => sessions.has(id) || held.has(id),
    list({ query, limit, offset }) {
      queue.offerAll();
      const ids = query === undefined ? null : words.sessionIds(query);
      const known = sessions.page({ ids, limit, offset }).map(held.latest);
      // They began while the database took nothing, so they are the newest.
      const unknown = query === undefined ? held.all().filter(({ id }) => !sessions.has(id)) : [];
      const page = offset === 0 ? [...unknown.reverse(), ...known] : known;
      return {
        sessions: page.map((session) => ({ ...session, segments: [] })),
        total: sessions.count(ids) + unknown.length,
      };
    },
    jobs: prepareJobs(database, queue),
    transcript,
    keepText: heldText.keep,
    async readTranscript(sessionId) {
      // What waits may be taken while pages are read, and would be in neither.
      if (heldText.has(sessionId)) return transcript(sessionId);
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
      return heldText.upon(sessionId, { revision, speakers, entries: await inTimeOrder(lines) });
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
      held.forget(id);
      heldText.forget(id);
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
