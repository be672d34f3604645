import { t } from '../../i18n/i18n.ts';
import { microphoneName } from '../../i18n/microphone-name.ts';
import { qualityText } from '../../i18n/quantities.ts';
import { useRecording } from '../app-context.ts';
import { LevelMeter } from '../meter/LevelMeter.tsx';
import { useFocusWhenLost } from '../use-window.ts';
import { DiskLine } from './DiskLine.tsx';
import { MarkerForm } from './MarkerForm.tsx';
import { RecordingButtons } from './RecordingButtons.tsx';
import { RecordingState } from './RecordingState.tsx';
import { WarningLine } from './WarningLine.tsx';

export function RecordingPanel() {
  const panel = useFocusWhenLost<HTMLDivElement>();
  return (
    <div className="recording" ref={panel} tabIndex={-1} aria-label={t('recording.heading')} role="group">
      <RecordingState />
      <LevelMeter />
      <DiskLine />
      <WarningLine />
      <RecordingButtons />
      <MarkerForm />
      <Statement />
    </div>
  );
}

/** What is being recorded, in so many words: the wrong microphone should be noticed now, not afterwards. */
function Statement() {
  const { microphoneLabel, format, sampleRate, channels, part } = useShape();
  const words = {
    microphone: microphoneName(microphoneLabel),
    format: t(`record.formats.${format}`),
    quality: qualityText(sampleRate, channels),
  };
  return (
    <p className="statement">
      {part > 1 ? t('recording.statementPart', { ...words, part }) : t('recording.statement', words)}
    </p>
  );
}

function useShape() {
  return {
    microphoneLabel: useRecording((state) => state.microphoneLabel),
    format: useRecording((state) => state.format),
    sampleRate: useRecording((state) => state.sampleRate),
    channels: useRecording((state) => state.channels),
    part: useRecording((state) => state.part),
  };
}
