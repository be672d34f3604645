import type { Catalog } from '../catalog/catalog.ts';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { createLiveTurnFiles } from '../conversation/turn-files.ts';
import { usableBytes } from '../disk/disk-space.ts';
import type { Encoder } from '../encode/encoder.ts';
import { claimFolder } from '../files/ownership.ts';
import { recordingsDirOf, rememberDir, type RecordingsDirs } from '../files/recordings-dirs.ts';
import { keepReserve } from '../files/reserve.ts';
import { createSessionFolder } from '../files/session-folder.ts';
import type { Log } from '../runtime/log.ts';
import type { BegunSession, SessionSpec } from '../session/ports.ts';
import { takeUpEarlier } from './earlier-take.ts';
import { dirFor, findEarlierTake } from './find-earlier-take.ts';
import { openJournal } from './journal.ts';
import { keepBeforeTake, withNote } from './keep-accounts.ts';
import { keepOwned } from './keep-owned.ts';
import type { LateFiles } from './late-files.ts';
import { knownTurns, type OpenSession, type OpenSessions } from './open-sessions.ts';
import { recordOf } from './record-changes.ts';
import { createSaver } from './save-session.ts';
import type { ClaimedRecoveryOptions } from './recover-claimed.ts';
import type { UsableDir } from './usable-dir.ts';

/** Less free room than this refuses a recording: it would end before anybody could free some. */
const MIN_SECONDS_OF_ROOM = 10;

export interface BeginOptions extends Omit<ClaimedRecoveryOptions, 'save'> {
  readonly catalog: Catalog;
  readonly dirs: RecordingsDirs;
  readonly transcripts: TranscriptStore;
  readonly encoder: Encoder;
  readonly log: Log;
  /** The folder to use where the wanted one cannot be written now. */
  readonly usableDir: (wanted: string) => Promise<UsableDir>;
  readonly sessions: OpenSessions;
  readonly lateFiles: LateFiles;
}

/** Makes a session's folder, row and `session.json`, or takes up those of an earlier take. See SessionStore.begin. */
export async function beginSession(spec: SessionSpec, options: BeginOptions): Promise<BegunSession> {
  const { sessions, lateFiles, dirs, catalog, transcripts, encoder, log } = options;
  const id = spec.sessionId;
  const known = await findEarlierTake(id, options);
  const takenUp = await takeUpEarlier(known, dirs, { ...options, save: createSaver(catalog, log) });
  const earlier = takenUp?.record ?? known;
  const { dir, problem } = await options.usableDir(dirFor(spec, earlier, dirs));
  const folder = await createSessionFolder(dir, id);
  await requireRoom(folder, spec);
  if (!(await claimFolder(folder)))
    throw new LecternError(
      'SESSION_IN_USE',
      'Another Lectern is recording this session. Choose another session id, or stop the other recording',
    );
  await rememberDir(dirs, dir, log);
  // In a copied or renamed session folder, only its `session.json` says what it holds: it is kept.
  const kept = await keepBeforeTake(folder, id, log);
  const place = { recordingsDir: recordingsDirOf(dirs, dir) };
  const record = withNote(recordOf(spec, encoder.info, earlier, place), kept);
  // A deleted session that is recorded again is no longer deleted.
  if (record.database_records) catalog.setDeleted(id, undefined);
  const session = openSession(spec, record, { dir, folders: [folder] }, options);
  sessions.add(id, session);
  await keepReserve(folder);
  await session.journal.settled();
  // The catalog may not know what an earlier take left in the folder.
  if (record.database_records)
    await transcripts.restore(id, session.folders).catch((error: unknown) => {
      log('error', 'the text of earlier takes could not be read', { id, error });
    });
  sessions.noteEvent(id, 'started');
  takenUp
    ?.finishCopies((change) => lateFiles.note(id, session, change))
    .catch((error: unknown) => {
      log('error', 'a copy of an earlier take could not be noted', { id, error });
    });
  return {
    firstPart: record.parts.reduce((last, { part }) => Math.max(last, part), 0) + 1,
    earlierSeconds: record.duration_seconds,
    ...(problem === undefined ? {} : { elsewhere: { dir, reason: problem.message } }),
  };
}

/** Writes the session down and keeps its folders owned by this process. */
function openSession(
  spec: SessionSpec,
  record: SessionRecord,
  { dir, folders }: Pick<OpenSession, 'dir' | 'folders'>,
  { catalog, log }: BeginOptions,
): OpenSession {
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
  return {
    journal,
    dir,
    folders,
    disown: keepOwned(() => folders),
    turnFiles,
    markers: record.markers.length,
    turns: knownTurns(record.segments),
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
