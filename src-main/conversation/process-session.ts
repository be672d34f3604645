import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ClaimedJob } from '../catalog/job-rows.ts';
import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { DiarizerSettings, RecogniserSettings } from '../contract/processing.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { TranscriptEntry } from '../contract/transcript.ts';
import type { Log } from '../runtime/log.ts';
import { createRecogniser } from '../transcribe/create-recogniser.ts';
import { createDiarizer } from '../transcribe/diarizer.ts';
import { lastingFailure } from '../transcribe/failures.ts';
import type { SpeakerTurn } from '../transcribe/formats/parse-rttm.ts';
import type { RecogniserTools } from '../transcribe/recogniser.ts';
import type { ProcessOptions } from './job-runs.ts';
import { entriesOf, mergeRecognised } from './recognised-entries.ts';
import { recogniseStretches } from './recognise-stretches.ts';
import { secondsOf } from './speech-pieces.ts';
import { planSpeech, type SpeechStretch } from './speech-plan.ts';
import { findTrackParts, type TrackFiles } from './track-parts.ts';
import type { TranscriptStore } from './transcript-store.ts';
import { openWorkFolder, type WorkFolder } from './work-folder.ts';
import { writeSpeechWav } from './write-speech.ts';

export interface ProcessingSettings {
  readonly recogniser: RecogniserSettings;
  readonly diarizer: DiarizerSettings;
  readonly keep_live_text: boolean;
}

export interface SessionProcessorOptions {
  /** Rejects with SESSION_ACTIVE or SESSION_BUSY where the session is in use, and with SESSION_NOT_FOUND. */
  readonly findFinished: (sessionId: string) => Promise<SessionRecord>;
  readonly files: TrackFiles;
  readonly transcripts: TranscriptStore;
  readonly settings: () => ProcessingSettings;
  /** Holds a folder for each session that is being worked on. */
  readonly processingDir: string;
  /** The recogniser's tools, without its folder and its notes. */
  readonly tools: (settings: RecogniserSettings) => Omit<RecogniserTools, 'workDir' | 'onProgram'>;
  readonly newId: () => string;
  readonly log: Log;
}

/** The share of diarizing in the progress, relative to recognising. */
const DIARIZING_SHARE = 0.3;

/**
 * Transcribes one session: recognises its turns, or all of its audio, side by side, and writes the text into its
 * transcript.
 */
export function createSessionProcessor(
  options: SessionProcessorOptions,
): (job: ClaimedJob, process: ProcessOptions) => Promise<void> {
  return async (job, { signal, onProgress }) => {
    const session = await options.findFinished(job.session_id);
    const settings = options.settings();
    const recognising = job.recogniser ?? settings.recogniser;
    if (recognising.kind === 'none')
      throw lastingFailure('RECOGNISER_NOT_SET', 'No recogniser has been chosen. Choose one in Settings');
    const parts = await findTrackParts(session, options.files);
    const plan = planSpeech(session, parts);
    const work = await openWorkFolder(
      join(options.processingDir, session.id),
      createHash('sha256').update(JSON.stringify(recognising)).digest('hex'),
    );
    let skipped = 0;
    const recogniser = createRecogniser(recognising, {
      ...options.tools(recognising),
      workDir: work.path,
      onProgram: work.noteProgram,
      onSkipped: () => {
        skipped++;
      },
    });
    const roles = session.tracks.filter((role) => parts.some((part) => part.role === role));
    const total = plan.reduce((sum, stretch) => sum + secondsOf(stretch), 0);
    const share = settings.diarizer.kind === 'none' ? 1 : 1 - DIARIZING_SHARE;
    let doneSeconds = 0;
    const fresh: TranscriptEntry[] = [];
    for (const role of roles) {
      const stretches = plan.filter((stretch) => stretch.role === role);
      const before = doneSeconds;
      const recognised = await recogniseStretches(stretches, {
        recogniser,
        work,
        signal,
        onSeconds: (seconds) => {
          doneSeconds = before + seconds;
          onProgress(total === 0 ? 0 : (doneSeconds / total) * share);
        },
      });
      const speakers = await diarize(role, stretches, settings.diarizer, work, signal);
      fresh.push(...entriesOf(role, recognised, speakers, options.newId));
    }
    signal.throwIfAborted();
    await options.transcripts.change(session.id, (transcript) =>
      mergeRecognised(transcript, fresh, { roles, keepLive: settings.keep_live_text }),
    );
    if (skipped > 0)
      options.log('warn', "pieces of a recogniser's answer could not be understood and are missing", {
        id: session.id,
        pieces: skipped,
      });
    await options.transcripts.settle(session.id);
    await work.remove().catch((error: unknown) => {
      options.log('warn', 'the files of a transcription could not be removed', { id: session.id, error });
    });
  };
}

/**
 * Who spoke when on one side, in milliseconds of the session. Empty where there is no diarizer, or nothing was said.
 */
async function diarize(
  role: Track,
  stretches: readonly SpeechStretch[],
  settings: DiarizerSettings,
  work: WorkFolder,
  signal: AbortSignal,
): Promise<readonly SpeakerTurn[]> {
  const diarizer = createDiarizer(settings, { workDir: work.path, onProgram: work.noteProgram });
  if (diarizer === undefined || stretches.length === 0) return [];
  const path = join(work.path, `${role}.wav`);
  const written = await writeSpeechWav(path, stretches, signal);
  const turns = await diarizer.diarize(path, signal);
  return turns.map(({ speaker, start_ms, end_ms }) => ({
    speaker,
    start_ms: written.sessionMs(start_ms),
    end_ms: written.sessionMs(end_ms),
  }));
}

/** Throws for a session that must not be in the catalog. */
export function requireCatalogued(session: SessionRecord): void {
  if (!session.database_records)
    throw new LecternError(
      'INVALID_INPUT',
      'Expected a session that the catalog knows of; this one was recorded by a profile that keeps it out, and cannot ' +
        'wait in its queue',
    );
}
