import { useEffect, useRef } from 'react';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { t } from '../../i18n/i18n.ts';
import { recogniserName } from '../../store/recogniser-draft.ts';
import { isJobUnderWay } from '../../store/transcription-controller.ts';
import { useApp, useConversation, useSettings, useTranscription } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { TranscriptionFailure } from './TranscriptionFailure.tsx';
import { TranscriptionProgress } from './TranscriptionProgress.tsx';

/** A session's transcription: to be requested, running, failed, or not set up yet. */
export function Transcription({ session }: { session: SessionRecord }) {
  const { transcription } = useApp();
  const region = useRef<HTMLElement>(null);
  const { loaded, sessionId, job, problem } = useTranscription((state) => state);
  const known = useSettings(({ settings }) => settings.recogniser.kind !== 'none');
  const { id, processing } = session;

  useEffect(() => {
    void transcription.watch(id);
    return () => transcription.unwatch();
    // A newer list may show another attempt.
  }, [transcription, id, processing?.job_id, processing?.state]);

  if (!loaded || sessionId !== id) return null;
  const underWay = isJobUnderWay(job);
  // The pressed button is replaced by others; the keyboard's focus stays there.
  const act = (action: () => Promise<void>) => {
    region.current?.focus();
    void action();
  };
  const start = () => act(() => transcription.start());
  return (
    <section className="transcription" aria-label={t('transcription.heading')} ref={region} tabIndex={-1}>
      {problem && <ErrorNote error={problem} onDismiss={() => transcription.dismissProblem()} />}
      {underWay && job && (
        <TranscriptionProgress job={job} onHurry={start} onCancel={() => act(() => transcription.cancel())} />
      )}
      {job?.state === 'failed' && <TranscriptionFailure job={job} onRetry={known ? start : undefined} />}
      {!underWay && job?.state !== 'failed' && known && (
        <Start again={job?.state === 'completed'} onStart={start} />
      )}
      {!underWay && !known && <NotSetUp />}
      <p className="sr-only" role="status">
        {job?.state === 'completed' && t('transcription.done')}
        {job?.state === 'cancelled' && t('transcription.cancelled')}
      </p>
    </section>
  );
}

function Start({ again, onStart }: { again: boolean; onStart: () => void }) {
  const asking = useTranscription((state) => state.asking);
  const name = useSettings(({ settings }) => recogniserName(settings.recogniser));
  const hasText = useConversation((state) => state.lines.some(({ text }) => text !== null));
  return (
    <div className="transcription-row">
      <button type="button" className={hasText ? '' : 'primary'} aria-disabled={asking} onClick={onStart}>
        {again ? t('transcription.startAgain') : t('transcription.start')}
      </button>
      <p className="hint">{t(hasText ? 'transcription.withAgain' : 'transcription.with', { name })}</p>
    </div>
  );
}

function NotSetUp() {
  const app = useApp();
  return (
    <div className="transcription-row">
      <p className="hint">{t('transcription.notSetUp')}</p>
      <button type="button" onClick={() => app.show('settings', 'recogniser')}>
        {t('transcription.setUp')}
      </button>
    </div>
  );
}
