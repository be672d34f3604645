import { dirname } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { createLiveTurnFiles, type LiveTurnFiles } from '../conversation/turn-files.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import { LecternError } from '../contract/errors.ts';
import { MAX_SESSION_MARKERS, MAX_SESSION_SEGMENTS } from '../contract/limits.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { Encoder } from '../encode/encoder.ts';
import { isFolderSync } from '../disk/regular-file.ts';
import { usableBytes } from '../disk/disk-space.ts';
import { keepReserve, spendReserve } from '../files/reserve.ts';
import { claimFolder, releaseFolder } from '../files/ownership.ts';
import { readSessionFile } from '../files/session-file.ts';
import { recordingsDirOf, type RecordingsDirs } from '../files/recordings-dirs.ts';
import { createSessionFolder, sessionFolder, unwritable } from '../files/session-folder.ts';
import { writeError } from '../files/write-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { BegunSession, PartSpec, SessionSpec, SessionStore } from '../session/ports.ts';
import { openJournal, type Journal } from './journal.ts';
import type { LateCopies } from './late-copies.ts';
import { keepBeforeTake, withNote } from './keep-accounts.ts';
import type { OpenMasters } from './open-masters.ts';
import { keepOwned } from './keep-owned.ts';
import { createInOrder } from './in-order.ts';
import { takeUpEarlier } from './earlier-take.ts';
import { openPartWriter } from './part-writer.ts';
import type { UsableDir } from './usable-dir.ts';
import { createSaver } from './save-session.ts';
import { recordOf, withLateFile, withPart, withReport } from './record-changes.ts';

/** Room below which a recording is not begun: it would end before anyone could do something about it. */
const MIN_SECONDS_OF_ROOM = 10;
/**
 * From the moment a part is to end to the answer, the masters' last writes included: a stop is answered within a second.
 * Copies that are made while recording take half of it, even of an hour.
 */
const GRACE_MS = 800;

export interface SessionStoreOptions {
  readonly dirs: RecordingsDirs;
  /** The folder that takes the place of one that cannot be written now. */
  readonly usableDir: (wanted: string) => Promise<UsableDir>;
  /** Where a session goes on when its folder can no longer be written; asked when that happens. */
  readonly fallbackDir: () => string | null;
  readonly catalog: Catalog;
  readonly transcripts: TranscriptStore;
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly fileUrl: (sessionId: string, name: string) => string;
  readonly mayExceed4GiB: boolean;
  readonly mp3BitRate?: number | undefined;
  readonly lateCopies: LateCopies;
  readonly openMasters: OpenMasters;
  /** How long a part that ends waits for its copies, where it is not the usual time. */
  readonly graceMs?: number | undefined;
}

interface OpenSession {
  readonly journal: Journal;
  /** What its own folder is in. */
  readonly dir: string;
  readonly folders: string[];
  /** Stops looking whether the folders are still ours. */
  readonly disown: () => Promise<void>;
  /** Undefined where turns get no files of their own. */
  readonly turnFiles: LiveTurnFiles | undefined;
  markers: number;
  readonly turns: KnownTurns;
}

/** The segments of a session by their turn: text that comes later asks for them with every line. */
interface KnownTurns {
  readonly segments: number;
  add(segments: readonly AudioSegment[]): void;
  of(turnId: string | null): readonly AudioSegment[];
}

/** Keeps running sessions on disk: their folder, their files, their row and their `session.json`. */
export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { dirs, catalog, transcripts, encoder, clock, log, lateCopies } = options;
  const sessions = new Map<string, OpenSession>();

  const sessionOf = (id: string): OpenSession => {
    const session = sessions.get(id);
    if (session === undefined) throw new Error(`session ${id} was not begun`);
    return session;
  };

  const save = createSaver(catalog, log);

  const earlierTake = async (id: string): Promise<SessionRecord | undefined> => {
    try {
      const known = catalog.get(id);
      if (known !== undefined) return known;
    } catch (error) {
      log('error', 'the catalog could not be read', { id, error });
    }
    for (const folder of dirs.candidatesOf(id)) {
      const written = await readSessionFile(folder, id);
      if (written !== undefined) return dirs.withKnownDirs(written);
    }
    return undefined;
  };

  /** A session that is recorded again goes on where it is, whatever its profile says by now. */
  const dirFor = (spec: SessionSpec, earlier: SessionRecord | undefined): string => {
    const wanted = spec.recordingsDir ?? dirs.usual;
    if (earlier === undefined) return wanted;
    const own = earlier.recordings_dir ?? dirs.usual;
    const elsewhere = dirs.all().filter((dir) => dir !== earlier.fallback_dir);
    return [own, ...elsewhere].find((dir) => isFolderSync(sessionFolder(dir, spec.sessionId))) ?? wanted;
  };

  /** What cannot be written down now is in the settings or the catalog all the same. */
  const remember = (dir: string): Promise<void> =>
    dirs.remember(dir).catch((error: unknown) => {
      log('error', 'the list of recording folders could not be written', { error });
    });

  const addEvent = (sessionId: string, event: string): void => {
    if (!sessionOf(sessionId).journal.record.database_records) return;
    catalog.addEvent(sessionId, new Date(clock.wallMs()).toISOString(), event);
  };

  /** The folder in which a part is written: the session's own, or one of its name in the fallback folder. */
  const partFolder = async ({ session, relocated }: PartSpec): Promise<string> => {
    const fallbackDir = relocated ? options.fallbackDir() : null;
    if (fallbackDir === null) return sessionFolder(sessionOf(session.sessionId).dir, session.sessionId);
    const folder = await createSessionFolder(fallbackDir, session.sessionId);
    const { folders, journal } = sessionOf(session.sessionId);
    if (!folders.includes(folder)) {
      await claimFolder(folder);
      await remember(fallbackDir);
      const kept = await keepBeforeTake(folder, session.sessionId, log);
      folders.push(folder);
      journal.update((record) => ({ ...withNote(record, kept), fallback_dir: fallbackDir }));
      addEvent(session.sessionId, 'relocated');
    }
    return folder;
  };

  /** A folder that was removed while in use comes back with all that belongs in it. */
  const restoreFolder = async (sessionId: string, folder: string): Promise<void> => {
    log('warn', 'the folder of a running session was removed; it is made again', { id: sessionId });
    await createSessionFolder(dirname(folder), sessionId);
    await claimFolder(folder);
    sessionOf(sessionId).journal.update((record) => record);
  };

  const inOrder = createInOrder();

  /** Folders stay ours while anything is written to them. */
  const release = async (sessionId: string, session: OpenSession): Promise<void> => {
    const running = sessions.get(sessionId);
    if (running === session) return;
    // Recorded again meanwhile, it looks after its folders itself.
    if (running !== undefined) return session.disown();
    if (lateCopies.isPending(sessionId)) return;
    await session.disown();
    await Promise.all(session.folders.map(releaseFolder));
  };

  /** What a file has become after its session ended, which may have been renamed, or be recorded anew, since. */
  const noteLateFile = async (
    sessionId: string,
    ended: OpenSession,
    change: (record: SessionRecord) => SessionRecord,
  ): Promise<void> => {
    const running = sessions.get(sessionId);
    if (running !== undefined) return running.journal.update(change);
    const folders = ended.folders.filter(isFolderSync);
    if (folders.length === 0) return;
    const record = await earlierTake(sessionId);
    // Its own journal may still be trying to reach the catalog; what others have written since is not in it.
    if (record === undefined || record.revision <= ended.journal.record.revision)
      ended.journal.update(change);
    else
      openJournal(
        { ...change(record), revision: record.revision + 1 },
        { folders: () => folders, catalog: record.database_records ? catalog : undefined, log },
      ).close();
    await ended.journal.settled();
  };

  const begin = async (spec: SessionSpec): Promise<BegunSession> => {
    const known = await earlierTake(spec.sessionId);
    const takenUp = await takeUpEarlier(known, dirs, { ...options, save });
    const earlier = takenUp?.record ?? known;
    const { dir, problem } = await options.usableDir(dirFor(spec, earlier));
    const folder = await createSessionFolder(dir, spec.sessionId);
    await requireRoom(folder, spec);
    if (!(await claimFolder(folder)))
      throw new LecternError(
        'SESSION_IN_USE',
        'Another Lectern is recording this session. Choose another session id, or stop the other recording',
      );
    await remember(dir);
    // What the folder of a copied or renamed session says is told nowhere else.
    const kept = await keepBeforeTake(folder, spec.sessionId, log);
    const place = { recordingsDir: recordingsDirOf(dirs, dir) };
    const record = withNote(recordOf(spec, encoder.info, earlier, place), kept);
    // A deleted session that is recorded again is no longer deleted.
    if (record.database_records) catalog.setDeleted(spec.sessionId, undefined);
    const folders = [folder];
    const journal = openJournal(record, {
      folders: () => folders,
      catalog: record.database_records ? catalog : undefined,
      log,
    });
    const turnFiles = spec.writeTurnFiles
      ? createLiveTurnFiles({
          record: () => journal.record,
          folders: () => folders,
          update: journal.update,
          log,
        })
      : undefined;
    const open = {
      journal,
      dir,
      folders,
      disown: keepOwned(() => folders),
      turnFiles,
      markers: record.markers.length,
      turns: knownTurns(record.segments),
    };
    sessions.set(spec.sessionId, open);
    await keepReserve(folder);
    await journal.settled();
    // What an earlier take left in the folder may not have come into the catalog.
    if (record.database_records)
      await transcripts.restore(spec.sessionId, folders).catch((error: unknown) => {
        log('error', 'the text of earlier takes could not be read', { id: spec.sessionId, error });
      });
    addEvent(spec.sessionId, 'started');
    takenUp
      ?.finishCopies((change) => inOrder(spec.sessionId, () => noteLateFile(spec.sessionId, open, change)))
      .catch((error: unknown) => {
        log('error', 'a copy of an earlier take could not be noted', { id: spec.sessionId, error });
      });
    return {
      firstPart: record.parts.reduce((last, { part }) => Math.max(last, part), 0) + 1,
      earlierSeconds: record.duration_seconds,
      ...(problem === undefined ? {} : { elsewhere: { dir, reason: problem.message } }),
    };
  };

  return {
    begin: (spec) => inOrder(spec.sessionId, () => begin(spec)),
    async openPart(spec) {
      const { sessionId } = spec.session;
      const session = sessionOf(sessionId);
      try {
        const folder = await partFolder(spec);
        return await openPartWriter(spec, {
          folder,
          restoreFolder: () => restoreFolder(sessionId, folder),
          encoder,
          openMasters: options.openMasters,
          log,
          mayExceed4GiB: options.mayExceed4GiB,
          mp3BitRate: options.mp3BitRate,
          fileUrl: (name) => options.fileUrl(sessionId, name),
          graceMs: options.graceMs ?? GRACE_MS,
          beforeRemoval: async () => session.turnFiles?.settled(),
          onFiles: (files, summary) => {
            session.journal.update((record) => withPart(record, spec, files, summary));
          },
          onLateFile: (filePath, row) =>
            inOrder(sessionId, () =>
              noteLateFile(sessionId, session, (record) => withLateFile(record, filePath, row)),
            ).catch((error: unknown) => {
              log('error', 'a finished copy could not be written down', { id: sessionId, error });
            }),
          onLate: (work) => {
            lateCopies.add(sessionId, work, () => release(sessionId, session));
          },
        });
      } catch (error) {
        const known = writeError(error);
        throw known.code === 'WRITE_FAILED' ? unwritable(error) : known;
      }
    },
    get canRelocate() {
      return options.fallbackDir() !== null;
    },
    noteReport(sessionId, part, report) {
      sessionOf(sessionId).journal.update((record) => withReport(record, part, report));
    },
    addMarker(sessionId, marker) {
      const session = sessionOf(sessionId);
      if (session.markers >= MAX_SESSION_MARKERS)
        throw new LecternError(
          'MARKERS_FULL',
          `This session has ${session.markers} markers, the most there can be. Recording goes on; start a new session for more`,
        );
      session.markers++;
      return session.journal.append({ markers: [marker] });
    },
    addSegments(sessionId, segments) {
      const { journal, turnFiles, turns } = sessionOf(sessionId);
      if (turns.segments + segments.length > MAX_SESSION_SEGMENTS)
        throw new LecternError(
          'TURNS_FULL',
          `This session has ${turns.segments} turns, the most there can be. Recording goes on; start a new session to keep more`,
        );
      turns.add(segments);
      // What is not in the catalog yet will be, or is told by the log.
      journal.append({ segments })?.catch(() => undefined);
      turnFiles?.add(segments);
      transcripts.endTurn(sessionId, segments);
    },
    addTranscript(sessionId, entry) {
      transcripts.add(sessionId, entry, sessionOf(sessionId).turns.of(entry.turn_id));
    },
    async end(sessionId, status) {
      const ended = sessionOf(sessionId);
      const { journal, folders, turnFiles } = ended;
      await turnFiles?.settled();
      const endedAt = new Date(clock.wallMs()).toISOString();
      await Promise.all(folders.map(spendReserve));
      journal.update((record) => ({ ...record, status, ended_at: endedAt }));
      addEvent(sessionId, status);
      await journal.settled();
      await transcripts.settle(sessionId);
      journal.close();
      sessions.delete(sessionId);
      await release(sessionId, ended);
    },
  };
}

function knownTurns(first: readonly AudioSegment[]): KnownTurns {
  const byTurn = new Map<string, AudioSegment[]>();
  let count = 0;
  const add = (segments: readonly AudioSegment[]): void => {
    count += segments.length;
    for (const segment of segments) {
      const known = byTurn.get(segment.turn_id);
      if (known === undefined) byTurn.set(segment.turn_id, [segment]);
      else known.push(segment);
    }
  };
  add(first);
  return {
    get segments() {
      return count;
    },
    add,
    of: (turnId) => (turnId === null ? undefined : byTurn.get(turnId)) ?? [],
  };
}

async function requireRoom(folder: string, spec: SessionSpec): Promise<void> {
  const usable = await usableBytes(folder);
  const files = spec.tracks.length + (spec.record.includes('mixed') ? 1 : 0);
  const needed = MIN_SECONDS_OF_ROOM * spec.sampleRate * spec.channels * 2 * files;
  if (usable !== undefined && usable < needed)
    throw new LecternError(
      'DISK_FULL',
      `The disk is full: ${MIN_SECONDS_OF_ROOM} s of audio need ${toMegabytes(needed)} MB and ${toMegabytes(usable)} MB are left. ` +
        'Free some space, or choose another folder in Settings',
    );
}

function toMegabytes(bytes: number): string {
  return (Math.max(0, bytes) / 1_000_000).toFixed(1);
}
