import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { DiskLine } from './DiskLine.tsx';
import { RecordingButtons } from './RecordingButtons.tsx';
import { RecordingState } from './RecordingState.tsx';
import { WarningLine } from './WarningLine.tsx';

/** The running recording, while a small window shows another view. */
export function RecordingBar() {
  const app = useApp();
  return (
    <section className="recording-bar" aria-label={t('recording.heading')}>
      <button
        type="button"
        className="bar-state"
        aria-label={t('recording.show')}
        onClick={() => app.show('record')}
      >
        {t('recording.show')}
      </button>
      <RecordingState />
      <DiskLine />
      <RecordingButtons />
      <WarningLine />
    </section>
  );
}
