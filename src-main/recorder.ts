import { randomUUID } from 'node:crypto';
import { findTurnAudio } from './conversation/turn-audio.ts';
import type { ApiHandlers } from './contract/api.ts';
import type { AppInfo } from './contract/app-info.ts';
import type { Job } from './contract/processing.ts';
import type { DeliveryFormat } from './contract/audio-format.ts';
import type { StartMessage } from './contract/client-messages.ts';
import { PROTOCOL_LIMITS, type Limits } from './contract/limits.ts';
import { reserveDescriptors } from './runtime/descriptors.ts';
import type { Encoder } from './encode/encoder.ts';
import type { WavSlice } from './files/wav-slice.ts';
import { openRecordingsPlace, type RecordingsPlace } from './recording/recordings-place.ts';
import { createUsableDir } from './recording/usable-dir.ts';
import { createHandlers } from './library/handlers.ts';
import { noSystemAudio, type SystemAudioHandlers } from './library/no-system-audio.ts';
import { openForeignFiles } from './library/intake/open-foreign-files.ts';
import { openDataFolder, type DataFolder } from './library/open-data-folder.ts';
import { openProcessing } from './library/open-processing.ts';
import { createReach } from './library/reach.ts';
import { createSessionAccess } from './library/session-access.ts';
import { createLateCopies } from './recording/late-copies.ts';
import { createOpenMasters } from './recording/open-masters.ts';
import type { UnfinishedSession } from './recording/recover-sessions.ts';
import { recoverAtLaunch, type RecoveryRuns } from './recording/recovery-runs.ts';
import { createSessionStore } from './recording/session-store.ts';
import { watchDisk } from './recording/watch-disk.ts';
import { decodeBase64 } from './recording/decode-base64.ts';
import { nameSession } from './recording/name-session.ts';
import type { SessionRecord } from './contract/session-record.ts';
import { createEngine, type Engine } from './session/engine.ts';
import type { Clock } from './runtime/clock.ts';
import type { Log } from './runtime/log.ts';
import type { Client, Connection, TapClient } from './session/ports.ts';
import { createTurnDetector } from './turns/turn-detector.ts';

/** The values from a server's environment. */
export interface ServerDefaults {
  /** Records every connection from its first binary frame, without a `start`. */
  readonly autoRecord: boolean;
  /** For those connections; where absent, the profile's. */
  readonly format?: DeliveryFormat;
  readonly gain?: number;
  /** Bits a second. */
  readonly mp3BitRate?: number;
  /** The profile of every `start` that names none. */
  readonly profile?: string;
}

/** System audio on this machine: the handlers for the page, and a function that removes everything. */
export interface SystemAudio {
  readonly handlers: SystemAudioHandlers;
  close(): Promise<void>;
}

export interface RecorderOptions {
  /** Contains the catalog, the settings and, by default, `recordings/`. */
  readonly dataDir: string;
  /** Overrides the user's setting. */
  readonly recordingsDir?: string;
  readonly version: string;
  readonly shell: 'desktop' | 'browser';
  readonly encoder: Encoder;
  /** Reads and repairs files of every kind; without it, only WAV. */
  readonly ffmpegPath?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Where a client fetches a session's file. */
  readonly fileUrl: (sessionId: string, name: string) => string;
  /** Moves a folder to the system's trash; rejects rather than delete. */
  readonly moveToTrash: (path: string) => Promise<void>;
  /** Shows a folder in the system's file manager. */
  readonly reveal: (path: string) => Promise<void>;
  /** Absent where no page is served. */
  readonly systemAudio?: SystemAudio | undefined;
  readonly defaults?: ServerDefaults;
  /** A WAV of a few seconds of speech, to try recognisers on. */
  readonly samplePath: string;
  /** Works on the queue of transcriptions; a command that soon ends leaves it to others. */
  readonly transcribes?: boolean;
  /** False where other users than this machine's can reach us: they may name no programs, servers or folders. */
  readonly allowsReach?: boolean;
  /** Only for tests and special servers: limits other than the protocol's. */
  readonly limits?: Limits;
  /** Only for tests: waits longer for the copies of a part that ends, in milliseconds. */
  readonly copyGraceMs?: number | undefined;
}

/** The whole product without a shell: the engine, its files, its catalog. */
export interface Recorder {
  readonly handlers: ApiHandlers;
  /** Starts or rejoins a session. `sessionId` is hostile; `new` asks for a fresh one. Throws INVALID_SESSION_ID,
   * SESSION_IN_USE or SHUTTING_DOWN. */
  connect(sessionId: string, client: Client): Connection;
  /**
   * Adds a listener for a running session's raw audio and turns; returns a function that removes it. Throws
   * NOT_RECORDING where no session of that id is recording.
   */
  tap(sessionId: string, client: TapClient): () => void;
  /** The absolute path of a finished file, or undefined where the session has none of that name. */
  resolveFile(sessionId: string, name: string): string | undefined;
  /** The audio of a turn, or of its stretch in one part, from whichever file has it; undefined where none does. */
  findSegment(sessionId: string, segmentId: string): Promise<WavSlice | undefined>;
  /** The bytes of files from outside: pieces on their way in, and the path of the repaired copy. */
  readonly intakeFiles: {
    receive(id: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<number>;
    /** Throws INTAKE_NOT_FOUND. */
    resolve(id: string): { readonly path: string; readonly name: string };
  };
  /** Works on one job of the queue until it has ended, or waits for the process that does. Rejects when aborted. */
  transcribe(jobId: string, signal: AbortSignal): Promise<Job>;
  /** Sessions that a crash had cut off, and that were recovered when this recorder was opened. */
  readonly recovered: readonly SessionRecord[];
  /** Sessions with files that could not be recovered, with the reason: they are tried again at the next launch. */
  readonly unfinished: readonly UnfinishedSession[];
  /** Resolves once their delivered copies have been made again too. */
  readonly recoveryFinished: Promise<void>;
  /** Ids of sessions that are recording, paused or being finalised. */
  activeSessions(): readonly string[];
  /** Called with the number of active sessions whenever it changes. Returns the way to stop listening. */
  onActivityChange(listener: (active: number) => void): () => void;
  /** Totals since launch, for /metrics: name (Prometheus form) to value. */
  metrics(): Readonly<Record<string, number>>;
  /**
   * Resolves once everything acknowledged is on the disk, and not only with the system. Recording goes on meanwhile.
   */
  makeDurable(): Promise<void>;
  /** Finalises every session, then closes the catalog. Safe to call twice. */
  close(): Promise<void>;
}

/** How often running sessions check the clock: a source that stalls is reported within a second. */
const TICK_MS = 200;
/** How long closing waits for copies; unfinished ones are made at the next launch. */
const LATE_COPIES_MS = 4000;
/** Enough to start an encoder, with its three pipes, and to open the next part's files. */
const RESERVED_DESCRIPTORS = 16;
/** From this size of a master on, a plain WAV header is not enough. */
const FOUR_GIB = 0xffff_ffff;

/**
 * Builds the product from its parts, once, for every shell. Rejects with FOLDER_UNWRITABLE, CATALOG_UNAVAILABLE or
 * INVALID_INPUT.
 */
export async function createRecorder(options: RecorderOptions): Promise<Recorder> {
  const { encoder, clock, log, fileUrl, defaults, limits = PROTOCOL_LIMITS } = options;
  const data = await openDataFolder(options);
  const { settings, catalog, dirs, recordingsDir, fallbackDir, files, finder, transcripts } = data;
  const releaseDescriptors = reserveDescriptors(RESERVED_DESCRIPTORS);
  const mp3BitRate = defaults?.mp3BitRate;
  const recovery = await recoverAtLaunch({ dirs, catalog, transcripts, encoder, clock, log, mp3BitRate });
  const usableDir = createUsableDir(data);
  const place = await openRecordingsPlace({ wanted: recordingsDir, usableDir, dirs, log });

  const lateCopies = createLateCopies();
  const openMasters = createOpenMasters();
  const engine = createEngine({
    openTurnDetector: createTurnDetector,
    store: createSessionStore({
      dirs,
      usableDir,
      fallbackDir,
      catalog,
      transcripts,
      encoder,
      clock,
      log,
      fileUrl,
      mp3BitRate,
      lateCopies,
      openMasters,
      graceMs: options.copyGraceMs,
      // Two bytes in the master for each byte of mu-law received.
      mayExceed4GiB: limits.maxTotalBytes * 2 > FOUR_GIB,
    }),
    clock,
    log,
    limits,
    profiles: data.profiles,
    newId: randomUUID,
    nameSession,
    decodeBase64,
    ...(defaults?.autoRecord === true ? { autoStart: autoStartOf(defaults) } : {}),
  });
  const ticking = setInterval(engine.tick, TICK_MS);
  const diskWatch = watchDisk({
    recordingsDir: () => place.dir,
    fallbackDir,
    otherDirs: engine.recordingsDirs,
    onSpace: engine.noteFreeSpace,
  });
  const recoveryFinished = recovery.finishLaunch();

  const foreign = await openForeignFiles({
    ...options,
    recordingsDir: async () => (await usableDir(recordingsDir)).dir,
    catalog,
    files,
  });
  const access = createSessionAccess({
    dirs,
    finder,
    isActive: (id) => engine.activeSessions().includes(id),
    isCopying: lateCopies.isPending,
  });
  const reach = createReach(settings, options.allowsReach ?? true);
  const processing = await openProcessing({
    ...options,
    access,
    catalog,
    settings,
    transcripts,
    files,
    reach,
    notify: engine.notify,
  });
  engine.onEnded(processing.noteEnded);
  for (const { id } of recovery.launch.recovered) processing.noteEnded(id);
  place.watch(async () => {
    for (const { id } of (await recovery.again()).recovered) processing.noteEnded(id);
  });
  if (options.transcribes === true) processing.queue.start();

  const library = createHandlers({
    ...options,
    dirs,
    catalog,
    access,
    async forgetWork(id) {
      await processing.forget(id);
      await lateCopies.cancel(id);
    },
    transcripts,
    settings,
    reach,
    files,
    repairer: foreign.repairer,
    mp3BitRate,
    appInfo: async () => {
      await place.look();
      return appInfo(options, { recordingsDir, recovery, place });
    },
  });

  const shutDown = async (): Promise<void> => {
    recovery.abort();
    await place.stop();
    await Promise.all([engine.close(), processing.close()]);
    await lateCopies.close(LATE_COPIES_MS);
    await options.systemAudio?.close();
    await recovery.settled();
    await foreign.close();
    clearInterval(ticking);
    diskWatch.stop();
    await encoder.close();
    await lateCopies.settled(LATE_COPIES_MS);
    await transcripts.close();
    catalog.close();
    releaseDescriptors();
  };
  let closing: Promise<void> | undefined;

  return {
    handlers: {
      ...library,
      ...foreign.handlers,
      ...processing.handlers,
      ...(options.systemAudio?.handlers ??
        noSystemAudio('not_offered', 'There is no page here to record for')),
    },
    intakeFiles: foreign.files,
    transcribe: processing.queue.runToEnd,
    get recovered() {
      return recovery.launch.recovered;
    },
    unfinished: recovery.launch.unfinished,
    recoveryFinished,
    connect: engine.connect,
    tap: engine.tap,
    ...servedFiles(data),
    activeSessions: engine.activeSessions,
    onActivityChange: engine.onActivityChange,
    metrics: () => metricsOf(engine),
    async makeDurable() {
      await Promise.all([openMasters.sync(), catalog.sync()]);
    },
    close: () => (closing ??= shutDown()),
  };
}

interface AppState {
  readonly recovery: RecoveryRuns;
  readonly place: RecordingsPlace;
}

function appInfo(
  { version, shell, dataDir, encoder }: RecorderOptions,
  { recordingsDir, recovery, place }: Pick<DataFolder, 'recordingsDir'> & AppState,
): AppInfo {
  return {
    version,
    shell,
    data_dir: dataDir,
    recordings_dir: recordingsDir,
    encoder: encoder.info,
    recovered_sessions: recovery.launch.recovered.map(({ id }) => id),
    unfinished_sessions: [...recovery.unfinished],
    ...(place.away === undefined ? {} : { recordings_away: place.away }),
  };
}

/** The files of sessions that clients may fetch. */
function servedFiles({
  finder,
  files,
  dirs,
}: Pick<DataFolder, 'finder' | 'files' | 'dirs'>): Pick<Recorder, 'resolveFile' | 'findSegment'> {
  return {
    resolveFile(sessionId, name) {
      const session = finder.find(sessionId);
      return session === undefined ? undefined : files.resolve(session, name);
    },
    async findSegment(sessionId, segmentId) {
      const session = finder.find(sessionId);
      const segment = session?.segments.find(({ segment_id }) => segment_id === segmentId);
      if (session === undefined || segment === undefined) return undefined;
      return findTurnAudio(session, segment, dirs.foldersOf(session));
    },
  };
}

function metricsOf({ activeSessions, totals }: Engine): Readonly<Record<string, number>> {
  return {
    lectern_active_sessions: activeSessions().length,
    lectern_sessions_total: totals.sessions,
    lectern_chunks_total: totals.chunks,
    lectern_received_bytes_total: totals.bytes,
    lectern_errors_total: totals.errors,
    lectern_warnings_total: totals.warnings,
  };
}

function autoStartOf({ format, gain }: ServerDefaults): StartMessage {
  return {
    action: 'start',
    ...(format === undefined ? {} : { format }),
    ...(gain === undefined ? {} : { gain }),
  };
}
