import type { Catalog } from '../catalog/catalog.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { LecternError } from '../contract/errors.ts';
import { MAX_SESSION_MARKERS, MAX_SESSION_SEGMENTS } from '../contract/limits.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { spendReserve } from '../files/reserve.ts';
import { unwritable } from '../files/session-folder.ts';
import { writeError } from '../files/write-error.ts';
import type { Clock } from '../runtime/clock.ts';
import { createInTurn } from '../runtime/in-turn.ts';
import type { Log } from '../runtime/log.ts';
import type { SessionStore } from '../session/ports.ts';
import { beginSession } from './begin-session.ts';
import type { LateCopies } from './late-copies.ts';
import { createLateFiles } from './late-files.ts';
import type { OpenMasters } from './open-masters.ts';
import { createOpenSessions } from './open-sessions.ts';
import { openPartFolder, restoreFolder } from './part-folder.ts';
import { openPartWriter } from './part-writer.ts';
import { withLateFile, withPart, withReport } from './record-changes.ts';
import type { UsableDir } from './usable-dir.ts';

/**
 * The time from the request to end a part to the answer. It includes the masters' last writes: a stop is answered
 * within a second. A copy that is made while recording takes half of it, even for an hour of audio.
 */
const GRACE_MS = 800;

export interface SessionStoreOptions {
  readonly dirs: RecordingsDirs;
  /** The folder to use where the wanted one cannot be written now. */
  readonly usableDir: (wanted: string) => Promise<UsableDir>;
  /** Where a session goes on when its folder cannot be written any more. Asked at that moment. */
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
  /** How long the end of a part waits for its copies. Absent: the usual time. */
  readonly graceMs?: number | undefined;
}

/** Keeps running sessions on disk: their folder, their files, their row and their `session.json`. */
export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { dirs, catalog, transcripts, encoder, clock, log, lateCopies } = options;
  const inTurn = createInTurn();
  const sessions = createOpenSessions({ catalog, clock });
  const lateFiles = createLateFiles({ sessions, inTurn, lateCopies, catalog, dirs, log });
  const folders = { sessions, fallbackDir: options.fallbackDir, dirs, log };

  return {
    begin: (spec) =>
      inTurn.run(spec.sessionId, () => beginSession(spec, { ...options, sessions, lateFiles })),
    async openPart(spec) {
      const { sessionId } = spec.session;
      const session = sessions.get(sessionId);
      try {
        const folder = await openPartFolder(spec, folders);
        return await openPartWriter(spec, {
          folder,
          restoreFolder: () => restoreFolder(sessionId, folder, folders),
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
            lateFiles
              .note(sessionId, session, (record) => withLateFile(record, filePath, row))
              .catch((error: unknown) => {
                log('error', 'a finished copy could not be written down', { id: sessionId, error });
              }),
          onLate: (work) => {
            lateCopies.add(sessionId, work, () => lateFiles.release(sessionId, session));
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
      sessions.get(sessionId).journal.update((record) => withReport(record, part, report));
    },
    addMarker(sessionId, marker) {
      const session = sessions.get(sessionId);
      if (session.markers >= MAX_SESSION_MARKERS)
        throw new LecternError(
          'MARKERS_FULL',
          `This session has ${session.markers} markers, the most there can be. Recording goes on; start a new session for more`,
        );
      session.markers++;
      return session.journal.append({ markers: [marker] });
    },
    addSegments(sessionId, segments) {
      const { journal, turnFiles, turns } = sessions.get(sessionId);
      if (turns.segments + segments.length > MAX_SESSION_SEGMENTS)
        throw new LecternError(
          'TURNS_FULL',
          `This session has ${turns.segments} turns, the most there can be. Recording goes on; start a new session to keep more`,
        );
      turns.add(segments);
      // The journal writes it later, or logs why it could not.
      journal.append({ segments })?.catch(() => undefined);
      turnFiles?.add(segments);
      transcripts.endTurn(sessionId, segments);
    },
    addTranscript(sessionId, entry) {
      transcripts.add(sessionId, entry, sessions.get(sessionId).turns.of(entry.turn_id));
    },
    async end(sessionId, status) {
      const ended = sessions.get(sessionId);
      const { journal, turnFiles } = ended;
      await turnFiles?.settled();
      const endedAt = new Date(clock.wallMs()).toISOString();
      await Promise.all(ended.folders.map(spendReserve));
      journal.update((record) => ({ ...record, status, ended_at: endedAt }));
      sessions.noteEvent(sessionId, status);
      await journal.settled();
      await transcripts.settle(sessionId);
      journal.close();
      sessions.remove(sessionId);
      await lateFiles.release(sessionId, ended);
    },
  };
}
