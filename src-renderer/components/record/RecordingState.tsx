import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useRecording } from '../app-context.ts';

const WORDS = {
  idle: 'saved.heading',
  starting: 'record.starting',
  rejoining: 'recording.rejoining',
  recording: 'recording.recording',
  paused: 'recording.paused',
  stopping: 'recording.stopping',
} as const;

/** The state in one word, and the time in captured frames: it stops while no audio comes. */
export function RecordingState() {
  const phase = useRecording((state) => state.phase);
  const seconds = useRecording((state) => Math.floor(state.frames / state.sampleRate));
  return (
    <div className="recording-state" data-phase={phase}>
      <p className="phase" role="status">
        <span className="record-dot" />
        {t(WORDS[phase])}
      </p>
      <p className="timer" role="timer" aria-label={t('recording.time')}>
        {clockText(seconds)}
      </p>
      {phase === 'stopping' && <progress aria-label={t('recording.stopping')} />}
    </div>
  );
}
