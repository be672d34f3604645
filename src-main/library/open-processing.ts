import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { ApiHandlers } from '../contract/api.ts';
import type { Job, RecogniserSettings } from '../contract/processing.ts';
import { findProfile } from '../contract/recording-profile.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { createSessionProcessor } from '../conversation/process-session.ts';
import { createProcessingQueue, type ProcessingQueue } from '../conversation/processing-queue.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { tryRecogniser } from '../conversation/try-recogniser.ts';
import { wavOf } from '../conversation/write-speech.ts';
import { requireRoom } from '../disk/disk-space.ts';
import { readRegularFile, writeWholeFile } from '../disk/regular-file.ts';
import type { Encoder } from '../encode/encoder.ts';
import { describeThisProcess, isDescribedProcessAlive } from '../files/ownership.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import type { RecogniserTools } from '../transcribe/recogniser.ts';
import { createNewsOfJobs } from './news-of-jobs.ts';
import { createProcessingHandlers, type ProcessingName } from './processing-handlers.ts';
import type { Reach } from './reach.ts';
import { openSecrets } from './secrets-store.ts';
import type { SessionAccess } from './session-access.ts';
import type { SessionFiles } from './session-files.ts';
import type { SettingsStore } from './settings-store.ts';

export interface ProcessingOptions {
  readonly dataDir: string;
  readonly access: SessionAccess;
  readonly catalog: Catalog;
  readonly settings: SettingsStore;
  readonly transcripts: TranscriptStore;
  readonly files: SessionFiles;
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  /** A WAV of a few seconds of speech, to try recognisers on. */
  readonly samplePath: string;
  readonly reach: Reach;
  /** Sends a message to a session's client, where it is still connected. */
  readonly notify: (sessionId: string, message: ServerMessage) => void;
}

/** The step after recording: the transcription jobs, and their workers. */
export interface Processing {
  readonly handlers: Pick<ApiHandlers, ProcessingName>;
  /** Adds a job for a recording that has just ended, where the settings ask for it. */
  noteEnded(sessionId: string): void;
  /** Ends all jobs of a session that is being removed. */
  forget(sessionId: string): Promise<void>;
  readonly queue: Pick<ProcessingQueue, 'start' | 'runToEnd'>;
  /** Ends the programs of recognisers; unfinished jobs continue at the next launch. */
  close(): Promise<void>;
}

export async function openProcessing(options: ProcessingOptions): Promise<Processing> {
  const { dataDir, access, catalog, settings, transcripts, files, encoder, clock, log } = options;
  const processingDir = join(dataDir, 'processing');
  const secrets = await openSecrets(join(dataDir, 'secrets.json'));
  const trials = new AbortController();

  const toolsOf = (recogniser: RecogniserSettings, key?: string) => ({
    wavOf,
    compress: createCompressor(encoder, processingDir),
    apiKey: key ?? (recogniser.kind === 'openai' ? secrets.keyFor(recogniser.base_url) : undefined),
    wait,
    wallMs: () => clock.wallMs(),
  });

  const queue = createProcessingQueue({
    jobs: catalog.jobs,
    clock,
    log,
    newId: randomUUID,
    // The number distinguishes several owners in one process.
    owner: JSON.stringify({ ...JSON.parse(describeThisProcess()), queue: randomUUID() }),
    isOwnerAlive: isDescribedProcessAlive,
    workers: () => settings.get().transcription_workers,
    process: createSessionProcessor({
      findFinished: access.findFinished,
      files,
      transcripts,
      settings: settings.get,
      processingDir,
      tools: toolsOf,
      newId: randomUUID,
      log,
    }),
    onChange: createNewsOfJobs({
      notify: options.notify,
      diarizes: () => settings.get().diarizer.kind !== 'none',
      note: (job: Job, event) => {
        catalog.addEvent(
          job.session_id,
          new Date(clock.wallMs()).toISOString(),
          event,
          job.error ?? undefined,
        );
      },
    }),
  });

  const forget = async (sessionId: string): Promise<void> => {
    queue.cancelSession(sessionId);
    await rm(join(processingDir, sessionId), { recursive: true, force: true });
  };

  return {
    handlers: createProcessingHandlers({
      access,
      jobs: catalog.jobs,
      queue,
      settings,
      secrets,
      transcripts,
      newId: randomUUID,
      reach: options.reach,
      tryRecogniser: (recogniser, key) =>
        tryRecogniser(recogniser, {
          samplePath: options.samplePath,
          processingDir,
          tools: toolsOf(recogniser, key),
          clock,
          signal: trials.signal,
        }),
    }),
    noteEnded(sessionId) {
      const { recogniser, profiles } = settings.get();
      if (recogniser.kind === 'none') return;
      try {
        const { profile, database_records, duration_seconds } = access.find(sessionId);
        const isWanted = findProfile(profiles, profile ?? '')?.auto_transcribe ?? true;
        if (isWanted && database_records && duration_seconds > 0) queue.addRecorded(sessionId);
      } catch (error) {
        log('error', 'a recording could not be put in the queue for transcription', { id: sessionId, error });
      }
    },
    forget,
    queue,
    async close() {
      trials.abort(new Error('Lectern is closing'));
      await queue.close();
    },
  };
}

/** Compresses uploads, where ffmpeg can: to a thirtieth of their size, where recognisers hear no difference. */
function createCompressor(encoder: Encoder, processingDir: string): RecogniserTools['compress'] {
  if (encoder.info.kind !== 'ffmpeg' || !encoder.info.formats.includes('opus')) return undefined;
  return async (piece, signal) => {
    const folder = await mkdtemp(join(processingDir, 'upload-'));
    try {
      const [masterPath, finalPath] = [join(folder, 'audio.wav'), join(folder, 'audio.opus')];
      const wav = wavOf(piece);
      await requireRoom(folder, wav.byteLength, 'what is to be recognised');
      await writeWholeFile(masterPath, wav);
      await encoder.encodeFile({ format: 'opus', masterPath, finalPath, gain: 1, signal });
      // Opus in Ogg, by the name that servers know it under.
      return {
        bytes: await readRegularFile(finalPath, Infinity),
        fileName: 'audio.ogg',
        contentType: 'audio/ogg',
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
