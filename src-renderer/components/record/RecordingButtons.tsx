import { t } from '../../i18n/i18n.ts';
import { useApp, useRecording } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { SHORTCUTS } from '../shortcuts.ts';

export function RecordingButtons() {
  const { recorder } = useApp();
  const phase = useRecording((state) => state.phase);
  const running = phase === 'recording' || phase === 'paused';
  return (
    <div className="recording-buttons">
      <button
        type="button"
        aria-disabled={!running}
        aria-keyshortcuts={SHORTCUTS.pause}
        onClick={() => void recorder.togglePause()}
      >
        <Icon name={phase === 'paused' ? 'play' : 'pause'} />
        {phase === 'paused' ? t('recording.resume') : t('recording.pause')} <kbd>{SHORTCUTS.pause}</kbd>
      </button>
      <button
        type="button"
        className="stop-button"
        aria-disabled={!running}
        aria-keyshortcuts={SHORTCUTS.stop}
        onClick={() => void recorder.stop()}
      >
        <Icon name="stop" />
        {t('recording.stop')} <kbd>{SHORTCUTS.stop}</kbd>
      </button>
    </div>
  );
}
