import type { Side } from '../../../src-main/contract/audio-format.ts';
import { t } from '../../i18n/i18n.ts';
import { microphoneName } from '../../i18n/microphone-name.ts';
import { qualityText } from '../../i18n/quantities.ts';
import { useOtherSide, useRecording } from '../app-context.ts';
import { LevelMeter } from '../meter/LevelMeter.tsx';
import { useFocusWhenLost } from '../use-window.ts';
import { DiskLine } from './DiskLine.tsx';
import { MarkerForm } from './MarkerForm.tsx';
import { OtherSideLine } from './OtherSideLine.tsx';
import { RecordingButtons } from './RecordingButtons.tsx';
import { RecordingState } from './RecordingState.tsx';
import { SoundElsewhereNote } from './SoundElsewhereNote.tsx';
import { WarningLine } from './WarningLine.tsx';

export function RecordingPanel() {
  const panel = useFocusWhenLost<HTMLDivElement>();
  const tracks = useRecording((state) => state.tracks);
  const otherSideIsThere = useOtherSide(({ status }) => status.kind === 'ready');
  return (
    <div className="recording" ref={panel} tabIndex={-1} aria-label={t('recording.heading')} role="group">
      <RecordingState />
      <Levels tracks={tracks} />
      {tracks.includes('assistant') && !otherSideIsThere && <OtherSideLine />}
      {tracks.includes('assistant') && <SoundElsewhereNote />}
      <DiskLine />
      <WarningLine />
      <RecordingButtons />
      <MarkerForm />
      <Statement />
    </div>
  );
}

/** A meter for each side; with the side's name where there are two. */
function Levels({ tracks }: { tracks: readonly Side[] }) {
  if (tracks.length < 2) return tracks.map((track) => <LevelMeter key={track} track={track} />);
  return (
    <div className="side-levels">
      {tracks.map((track) => (
        <div key={track}>
          <span>{t(track === 'user' ? 'microphone.label' : 'otherSide.label')}</span>
          <LevelMeter track={track} />
        </div>
      ))}
    </div>
  );
}

/** Names what is being recorded: a wrong microphone should be noticed now, not afterwards. */
function Statement() {
  const { tracks, labels, format, sampleRate, channels, part } = useShape();
  const devices = tracks.map((track) =>
    track === 'user' ? microphoneName(labels.user ?? '') : t('otherSide.device'),
  );
  const words = {
    microphone: devices.join(' + '),
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
    tracks: useRecording((state) => state.tracks),
    labels: useRecording((state) => state.labels),
    format: useRecording((state) => state.format),
    sampleRate: useRecording((state) => state.sampleRate),
    channels: useRecording((state) => state.channels),
    part: useRecording((state) => state.part),
  };
}
