import type { Jobs } from '../catalog/job-rows.ts';
import type { ApiHandlers } from '../contract/api.ts';
import { LecternError } from '../contract/errors.ts';
import type { Job, RecogniserSettings, RecogniserTrial } from '../contract/processing.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { ProcessingQueue } from '../conversation/processing-queue.ts';
import { requireCatalogued } from '../conversation/process-session.ts';
import { labelEntries } from '../conversation/voices.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { parseRttm } from '../transcribe/formats/parse-rttm.ts';
import type { Reach } from './reach.ts';
import type { SecretsStore } from './secrets-store.ts';
import type { SessionAccess } from './session-access.ts';
import type { SettingsStore } from './settings-store.ts';
import { requireTrack } from './require-track.ts';

export interface ProcessingHandlersOptions {
  readonly access: SessionAccess;
  readonly jobs: Jobs;
  readonly queue: ProcessingQueue;
  readonly settings: SettingsStore;
  readonly secrets: SecretsStore;
  readonly transcripts: TranscriptStore;
  readonly newId: () => string;
  readonly tryRecogniser: (
    recogniser: RecogniserSettings,
    apiKey: string | undefined,
  ) => Promise<RecogniserTrial>;
  readonly reach: Reach;
}

export type ProcessingName =
  | 'sessions.process'
  | 'sessions.diarization'
  | 'jobs.list'
  | 'jobs.cancel'
  | 'recogniser.state'
  | 'recogniser.key'
  | 'recogniser.try';

const DEFAULT_LIMIT = 100;

/** Handles the operations on transcription. */
export function createProcessingHandlers(
  options: ProcessingHandlersOptions,
): Pick<ApiHandlers, ProcessingName> {
  const { access, jobs, queue, settings, secrets, reach } = options;

  const stateOf = ({ recogniser }: { recogniser: RecogniserSettings }): { has_key: boolean } => ({
    has_key: recogniser.kind === 'openai' && secrets.keyFor(recogniser.base_url) !== undefined,
  });

  return {
    'sessions.process': async ({ id, recogniser }) => {
      const session = await access.findFinished(id);
      requireCatalogued(session);
      reach.requireProgram(recogniser, settings.get().recogniser);
      if ((recogniser ?? settings.get().recogniser).kind === 'none')
        throw new LecternError('RECOGNISER_NOT_SET', 'No recogniser has been chosen. Choose one in Settings');
      return queue.add(id, recogniser);
    },
    'sessions.diarization': async ({ id, track, rttm }) => {
      requireTrack(await access.findFinished(id), 'track', track);
      let skipped = 0;
      const turns = parseRttm(rttm, () => {
        skipped++;
      });
      const { entries } = await options.transcripts.change(id, (transcript) =>
        labelEntries(transcript, turns, track, options.newId),
      );
      const labelled = entries.filter(({ role, speaker }) => (track ?? role) === role && speaker !== null);
      return {
        entries: labelled.length,
        speakers: [...new Set(labelled.flatMap(({ speaker }) => speaker ?? []))],
        ...(skipped > 0 ? { skipped } : {}),
      };
    },
    'jobs.list': ({ session_id, state, limit }) => ({
      jobs: [...jobs.list({ sessionId: session_id, state, limit: limit ?? DEFAULT_LIMIT })],
    }),
    'jobs.cancel': ({ id }) => queue.cancel(id),
    'recogniser.state': () => stateOf(settings.get()),
    'recogniser.key': async ({ base_url, key }) => {
      await secrets.setKey(base_url, key);
      return { has_key: secrets.keyFor(base_url) !== undefined };
    },
    'recogniser.try': ({ recogniser, key }) => {
      reach.requireProgram(recogniser, settings.get().recogniser);
      const known = recogniser.kind === 'openai' ? secrets.keyFor(recogniser.base_url) : undefined;
      return options.tryRecogniser(recogniser, key ?? known);
    },
  };
}

/** Sessions with the state of their transcription. Where the catalog cannot be read, they are returned without it. */
export function withProcessing(
  jobs: Pick<Jobs, 'latest'>,
  sessions: readonly SessionRecord[],
): SessionRecord[] {
  let latest: ReadonlyMap<string, Job> = new Map();
  try {
    latest = jobs.latest(sessions.map(({ id }) => id));
  } catch {
    return [...sessions];
  }
  return sessions.map((session) => {
    const job = latest.get(session.id);
    if (job === undefined) return session;
    const { id: job_id, state, attempts, progress, not_before, error, updated_at } = job;
    return { ...session, processing: { job_id, state, attempts, progress, not_before, error, updated_at } };
  });
}
