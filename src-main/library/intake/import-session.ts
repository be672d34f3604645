import { link, mkdir, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { WavLayout } from '../../audio/wav-layout.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { LecternError } from '../../contract/errors.ts';
import type { FaultCode } from '../../contract/repair.ts';
import { newSessionRecord } from '../../contract/new-session-record.ts';
import type { Imported, SessionRecord } from '../../contract/session-record.ts';
import type { AudioDecoder } from '../../encode/ffmpeg/audio-decoder.ts';
import { openRegularFile, requireRegularFile } from '../../disk/regular-file.ts';
import { claimFolder, releaseFolder } from '../../files/ownership.ts';
import { writeSessionFile } from '../../files/session-file.ts';
import { partFileName, sessionFolder, unwritable } from '../../files/session-folder.ts';
import { statBytes } from '../../files/stat-bytes.ts';
import { renameDurably, syncFolder } from '../../disk/sync.ts';
import { readWavLayout } from '../../files/wav-reader.ts';
import { writeError } from '../../files/write-error.ts';
import { writePieces } from '../../repair/write-pieces.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { decodeMaster, MAX_RATE, MIN_RATE } from './decode-master.ts';
import type { TaskControl } from './incoming-file.ts';
import { recordedAt } from './recorded-at.ts';

/** Prefix of a session's folder while it is being made. No session id can begin like this. */
export const IMPORTING_PREFIX = '.importing-';

export interface ImportJob {
  /** The source of the recording: the repaired file, or the original. */
  readonly soundPath: string;
  /** The bytes as they came. */
  readonly originalPath: string;
  /** When it was last changed where it came from. */
  readonly modifiedMs?: number | undefined;
  readonly name: string;
  readonly title: string;
  /** The faults of the file. */
  readonly faults: readonly FaultCode[];
}

export interface ImportOptions {
  /** The current folder for recordings. Rejects with FOLDER_UNWRITABLE. */
  readonly recordingsDir: () => Promise<string>;
  readonly catalog: Catalog;
  readonly decoder: AudioDecoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

/**
 * Makes a session from a file: its folder, its master, its description, its row. The folder gets its name only once
 * everything is in it, so that no failure or kill leaves half a session.
 */
export async function importSession(
  job: ImportJob,
  options: ImportOptions,
  control: TaskControl,
): Promise<SessionRecord> {
  const { catalog, log, newId } = options;
  const id = newId();
  const recordingsDir = await options.recordingsDir();
  const staging = join(recordingsDir, `${IMPORTING_PREFIX}${id}`);
  const folder = sessionFolder(recordingsDir, id);
  try {
    await mkdir(staging, { mode: 0o700 }).catch((error: unknown) => {
      throw unwritable(error);
    });
    await claimFolder(staging);
    const session = await fillFolder(id, staging, job, options, control);
    await writeSessionFile(staging, session);
    await syncFolder(join(staging, 'any'));
    control.signal.throwIfAborted();
    await renameDurably(staging, folder);
    await releaseFolder(folder);
    enter(session, catalog);
    return session;
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch((leftOver: unknown) => {
      log('warn', 'what was left of an import could not be removed', { error: leftOver });
    });
    control.signal.throwIfAborted();
    throw writeError(error);
  }
}

function enter(session: SessionRecord, catalog: Catalog): void {
  try {
    catalog.save(session);
    catalog.addEvent(session.id, session.imported?.at ?? session.started_at, 'imported', session.imported);
  } catch (error) {
    throw new LecternError(
      'CATALOG_UNAVAILABLE',
      'The recording was added, but the catalog could not be written: it is listed after the next start',
      { cause: error },
    );
  }
}

async function fillFolder(
  id: string,
  staging: string,
  job: ImportJob,
  { clock, decoder }: ImportOptions,
  control: TaskControl,
): Promise<SessionRecord> {
  const nowMs = clock.wallMs();
  const recorded = await recordedAt(job.originalPath, job.modifiedMs, nowMs);
  const unixSeconds = Math.floor(recorded.ms / 1000);
  const masterName = partFileName({ type: 'user', unixSeconds, part: 1, extension: 'wav' });
  const masterPath = join(staging, masterName);
  const asItIs = await isMaster(job.soundPath);
  if (asItIs) await place(job.soundPath, masterPath, control);
  const source = asItIs ? undefined : await decodeMaster(job.soundPath, masterPath, decoder, control);

  const kept: Imported['kept'] = [];
  const keep = async (role: 'original' | 'mended', path: string): Promise<void> => {
    const name = `${role}_${unixSeconds}${extname(path)}`;
    await place(path, join(staging, name), control);
    kept.push({ role, file_path: `${id}/${name}`, byte_size: await statBytes(path) });
  };
  const mended = job.soundPath !== job.originalPath;
  if (mended || !asItIs) await keep('original', job.originalPath);
  if (mended && !asItIs) await keep('mended', job.soundPath);

  const { sampleRate, channels, dataBytes } = await layoutOf(masterPath);
  const seconds = dataBytes / (2 * channels) / sampleRate;
  const startedAt = new Date(recorded.ms).toISOString();
  return newSessionRecord({
    id,
    revision: 1,
    title: job.title,
    status: mended ? 'recovered' : 'completed',
    started_at: startedAt,
    ended_at: new Date(recorded.ms + Math.round(seconds * 1000)).toISOString(),
    format: 'wav',
    sample_rate: sampleRate,
    channels,
    encoding: 'pcm_s16le',
    tracks: ['user'],
    record: ['user'],
    duration_seconds: seconds,
    imported: {
      at: new Date(nowMs).toISOString(),
      dated_by: recorded.by,
      name: job.name,
      faults: [...job.faults],
      mended,
      kept,
      ...(source && { source }),
    },
    parts: [{ part: 1, started_at: startedAt, duration_seconds: seconds, sample_rate: sampleRate }],
    files: [
      {
        type: 'user',
        format: 'wav',
        file_path: `${id}/${masterName}`,
        url: '',
        byte_size: await statBytes(masterPath),
        duration_ms: seconds * 1000,
        part: 1,
        master: true,
        gain: 1,
        status: 'completed',
      },
    ],
  });
}

/** True where the file already has the form of a master: a plain 16-bit WAV of one or two channels. */
export async function isMaster(path: string): Promise<boolean> {
  const layout = await layoutOf(path).catch(() => undefined);
  return (
    layout?.formatTag === 1 &&
    layout.bitsPerSample === 16 &&
    layout.channels <= 2 &&
    layout.sampleRate >= MIN_RATE &&
    layout.sampleRate <= MAX_RATE &&
    layout.declaredDataBytes === layout.dataBytes
  );
}

/** A hard link where the disk allows it, which costs nothing; else a copy. */
async function place(fromPath: string, toPath: string, { signal, onProgress }: TaskControl): Promise<void> {
  signal.throwIfAborted();
  const linked = await link(fromPath, toPath).then(
    () => true,
    () => false,
  );
  if (linked) return;
  const { size } = await requireRegularFile(fromPath);
  await writePieces([{ offset: 0, length: size }], fromPath, toPath, { signal, onProgress });
}

async function layoutOf(path: string): Promise<WavLayout> {
  const file = await openRegularFile(path);
  try {
    return await readWavLayout(file);
  } finally {
    await file.close();
  }
}
