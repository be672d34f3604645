import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { sessionIdSchema } from '../contract/session-id.ts';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import type { Encoder } from '../encode/encoder.ts';
import { listFiles } from '../disk/list-files.ts';
import { statRegularFile } from '../disk/regular-file.ts';
import { claimFolder, ownerState, releaseFolder, type OwnerState } from '../files/ownership.ts';
import { recordingsDirOf, type RecordingsDirs } from '../files/recordings-dirs.ts';
import { readSessionFile, writeSessionFile } from '../files/session-file.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { Clock, Log } from '../session/ports.ts';
import { inferRecord } from './infer-record.ts';
import { recoverMasters, removeLeftovers, type UnfinishedDelivery } from './recover-session.ts';

/** What a killed process may lose: one chunk that was on its way, with room for a busy machine. */
const LOST_AFTER_KILL_SECONDS = 0.25;
/** What a power cut may lose: everything since the last sync, which is a second old at most, and one more chunk. */
const LOST_AFTER_POWER_CUT_SECONDS = 2;
/** A folder may be full of what does not belong there. */
const MOST_NAMED = 20;

export interface RecoveryOptions {
  readonly dirs: RecordingsDirs;
  readonly catalog: Catalog;
  readonly transcripts: Pick<TranscriptStore, 'restore'>;
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly mp3BitRate?: number | undefined;
}

export interface Recovery {
  /** Sessions that a crash had cut off, playable as WAV now. */
  readonly recovered: readonly SessionRecord[];
  /** Makes the delivered copies that were cut off; stops early, to be taken up at the next launch, when aborted. */
  finishDeliveries(signal: AbortSignal): Promise<void>;
}

/**
 * Finds every session that nobody is recording and nobody has finished, from the catalog and from bare folders, and
 * puts it in order. May be run again, beside a running instance, or be killed itself.
 */
export async function recoverSessions(options: RecoveryOptions): Promise<Recovery> {
  const { dirs, catalog, transcripts, log } = options;
  const recovered: {
    session: SessionRecord;
    folders: readonly string[];
    deliveries: readonly UnfinishedDelivery[];
  }[] = [];

  const save = async (session: SessionRecord, folders: readonly string[]): Promise<void> => {
    if (session.database_records) catalog.save(session);
    for (const folder of folders)
      await writeSessionFile(folder, session).catch((error: unknown) => {
        log('warn', 'session.json could not be written', { id: session.id, error });
      });
  };

  const restoreText = async (session: SessionRecord, folders: readonly string[]): Promise<void> => {
    if (!session.database_records) return;
    await transcripts.restore(session.id, folders).catch((error: unknown) => {
      log('error', 'the text of a session could not be restored', { id: session.id, error });
    });
  };

  const recoverSession = async (id: string): Promise<void> => {
    const known = catalog.get(id);
    const candidates = dirs.candidatesOf(id);
    const written = await latestWritten([
      ...new Set([...(known === undefined ? [] : dirs.foldersOf(known)), ...candidates]),
    ]);
    const account = later(known, written) ?? (await inferFirst(id, candidates));
    if (account === undefined) return;
    const record = { ...account, recordings_dir: whereIs(account, dirs) };
    const folders = dirs.foldersOf(record);
    const owners = await Promise.all(folders.map(ownerState));
    if (folders.length === 0 || owners.includes('alive')) return;
    const partialMaster = await hasPartialMaster(folders, id, log);
    const unfinishedCopy = record.files.some(({ status }) => status === 'recording');
    const cutOff = record.status === 'recording' || unfinishedCopy || partialMaster;
    const isNews = known?.revision !== record.revision || known.recordings_dir !== record.recordings_dir;
    if (!cutOff && isNews && record.database_records) catalog.save(record);
    if (!cutOff) await restoreText(record, folders);
    if (!cutOff && owners.every((owner) => owner === 'none')) return;
    const claims = await Promise.all(folders.map(claimFolder));
    const claimed = folders.filter((_, index) => claims[index] === true);
    // A folder that cannot be written cannot be claimed either; what is in the others is recovered all the same.
    if (claimed.length === 0) return;
    if (!cutOff) return finishFolders(claimed);
    const { session, deliveries } = await recoverMasters(record, claimed, log);
    const finished = markRecovered(session, owners, await endOf(session, claimed), options.clock);
    await save(finished, claimed);
    await restoreText(finished, claimed);
    recovered.push({ session: finished, folders: claimed, deliveries });
    log('warn', 'a session that was cut off has been recovered', { id, seconds: finished.duration_seconds });
    if (deliveries.length === 0) await finishFolders(claimed);
  };

  for (const id of await sessionIds(options))
    await recoverSession(id).catch((error: unknown) => {
      log('error', 'a session could not be recovered; its files are left as they are', { id, error });
    });

  return {
    recovered: recovered.map(({ session }) => session),
    async finishDeliveries(signal) {
      for (const { session, folders, deliveries } of recovered) {
        if (deliveries.length === 0) continue;
        const made: RecordingFile[] = [];
        for (const delivery of deliveries) {
          if (signal.aborted) return;
          made.push(await makeDelivery(session, delivery, options, signal));
        }
        // Renamed or annotated meanwhile: only the files are ours to change.
        const current = catalog.get(session.id) ?? (await latestWritten(folders)) ?? session;
        const latest = {
          ...current,
          revision: current.revision + 1,
          files: current.files.map(
            (file) => made.find(({ file_path }) => file_path === file.file_path) ?? file,
          ),
        };
        if (signal.aborted) return;
        await save(latest, folders);
        await finishFolders(folders);
      }
    },
  };
}

/** The account that has seen more changes; the catalog's where they are equal. */
function later(
  known: SessionRecord | undefined,
  written: SessionRecord | undefined,
): SessionRecord | undefined {
  return written !== undefined && written.revision > (known?.revision ?? -1) ? written : known;
}

async function finishFolders(folders: readonly string[]): Promise<void> {
  await removeLeftovers(folders);
  await Promise.all(folders.map(releaseFolder));
}

/** Every session that has a folder, and every unfinished one, whose folder may be elsewhere. */
async function sessionIds({ dirs, catalog, log }: RecoveryOptions): Promise<Set<string>> {
  const found: string[] = [];
  for (const dir of dirs.all())
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => []))
      if (sessionIdSchema.safeParse(entry.name).success) {
        if (entry.isDirectory()) found.push(entry.name);
        if (entry.isSymbolicLink())
          log('warn', 'a link has the name of a session folder; it is not followed', { id: entry.name });
      }
  // A folder that is there again, out of the trash or recorded anew, is a session again.
  for (const id of catalog.deletedIds()) if (found.includes(id)) catalog.setDeleted(id, undefined);
  return new Set([...found, ...catalog.unfinished().map(({ id }) => id)]);
}

async function latestWritten(folders: readonly string[]): Promise<SessionRecord | undefined> {
  let latest: SessionRecord | undefined;
  for (const folder of folders) latest = later(latest, await readSessionFile(folder));
  return latest;
}

async function inferFirst(id: string, folders: readonly string[]): Promise<SessionRecord | undefined> {
  for (const folder of folders) {
    const inferred = await inferRecord(id, folder);
    if (inferred !== undefined) return inferred;
  }
  return undefined;
}

/** The folder that the session's own is in now: what it says may be from before a folder was moved. */
function whereIs(session: SessionRecord, dirs: RecordingsDirs): string | null {
  const { recordings_dir, fallback_dir } = session;
  const found = dirs.foldersOf(session).map(dirname);
  if (found.length === 0 || found.includes(resolve(recordings_dir ?? dirs.usual))) return recordings_dir;
  const own = found.find((dir) => fallback_dir === null || dir !== resolve(fallback_dir));
  return own === undefined ? recordings_dir : recordingsDirOf(dirs, own);
}

/** Says too what is no file in a session's folders, as it is neither recovered nor removed. */
async function hasPartialMaster(folders: readonly string[], id: string, log: Log): Promise<boolean> {
  const listings = await Promise.all(folders.map(listFiles));
  const others = listings.flatMap((listing) => listing.others);
  if (others.length > 0)
    log('warn', 'links, pipes or devices are in the folder of a session; they are left as they are', {
      id,
      names: others.slice(0, MOST_NAMED),
    });
  return listings.some(({ files }) => files.some((name) => name.endsWith(`.wav${PARTIAL_SUFFIX}`)));
}

/** When the last audio was written. */
async function endOf(session: SessionRecord, folders: readonly string[]): Promise<number> {
  const masters = session.files.filter(({ master }) => master);
  const paths = folders.flatMap((folder) => masters.map(({ file_path }) => join(folder, '..', file_path)));
  const times = await Promise.all(paths.map(async (path) => (await statRegularFile(path))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

function markRecovered(
  session: SessionRecord,
  owners: readonly OwnerState[],
  endedMs: number,
  clock: Clock,
): SessionRecord {
  return {
    ...session,
    revision: session.revision + 1,
    status: 'recovered',
    ended_at: new Date(endedMs === 0 ? clock.wallMs() : endedMs).toISOString(),
    // A recovery that was itself cut off has already said what was lost.
    recovered: session.recovered ?? {
      at: new Date(clock.wallMs()).toISOString(),
      lost_seconds_at_most: owners.every((owner) => owner === 'dead')
        ? LOST_AFTER_KILL_SECONDS
        : LOST_AFTER_POWER_CUT_SECONDS,
    },
  };
}

async function makeDelivery(
  session: SessionRecord,
  { file, masterPath, finalPath }: UnfinishedDelivery,
  { encoder, log, mp3BitRate }: RecoveryOptions,
  signal: AbortSignal,
): Promise<RecordingFile> {
  try {
    await encoder.encodeFile({
      format: file.format,
      masterPath,
      finalPath,
      gain: file.gain,
      chapters: session.markers
        .filter(({ part }) => part === file.part)
        .map(({ frame, label }) => ({ seconds: frame / sampleRateOf(session, file.part), label })),
      signal,
      ...(mp3BitRate === undefined ? {} : { mp3BitRate }),
    });
    const master = session.files.find(
      (other) => other.master && other.part === file.part && other.type === file.type,
    );
    return {
      ...file,
      status: 'completed',
      byte_size: await statBytes(finalPath),
      duration_ms: master?.duration_ms ?? 0,
    };
  } catch (error) {
    if (!signal.aborted) log('error', 'a recovered copy could not be made', { id: session.id, error });
    return { ...file, status: 'failed' };
  }
}
