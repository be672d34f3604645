import type { Job } from '../contract/processing.ts';
import type { ServerMessage } from '../contract/server-messages.ts';

export interface NewsOfJobsOptions {
  readonly notify: (sessionId: string, message: ServerMessage) => void;
  /** True where voices are also separated. */
  readonly diarizes: () => boolean;
  /** Records an event of a session. */
  readonly note: (job: Job, event: 'transcribed' | 'transcription_failed') => void;
}

/** How many jobs are remembered as reported; more than are ever open at once. */
const MOST_REMEMBERED = 1000;

/** Turns the changes of a job into messages: its start and its end, each sent once, however many attempts there are. */
export function createNewsOfJobs({ notify, diarizes, note }: NewsOfJobsOptions): (job: Job) => void {
  const reported = new Map<string, ServerMessage['type']>();
  const tellOnce = (job: Job, message: ServerMessage): boolean => {
    if (reported.get(job.id) === message.type) return false;
    reported.delete(job.id);
    reported.set(job.id, message.type);
    const [oldest] = reported.keys();
    if (reported.size > MOST_REMEMBERED && oldest !== undefined) reported.delete(oldest);
    notify(job.session_id, message);
    return true;
  };
  return (job) => {
    switch (job.state) {
      case 'queued':
        return;
      case 'running':
        tellOnce(job, {
          type: 'processing_started',
          message: diarizes() ? 'Transcription and diarization started' : 'Transcription started',
        });
        return;
      case 'completed':
        if (tellOnce(job, { type: 'processing_completed', message: 'Transcription completed' }))
          note(job, 'transcribed');
        return;
      case 'cancelled':
        tellOnce(job, { type: 'processing_failed', message: 'Transcription cancelled' });
        return;
      case 'failed':
        if (
          tellOnce(job, {
            type: 'processing_failed',
            message: job.error?.message ?? 'Transcription failed',
            ...(job.error === null ? {} : { code: job.error.code }),
          })
        )
          note(job, 'transcription_failed');
    }
  };
}
