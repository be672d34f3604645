import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useRecording } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** Unwritten audio longer than this is shown. */
const BEHIND_SECONDS = 2;
/** With more room than this, the disk is not mentioned. */
const ENOUGH_MINUTES = 60;
const WORRYING_MINUTES = 10;

export function DiskLine() {
  return (
    <div className="disk-lines">
      <Written />
      <RoomLeft />
    </div>
  );
}

/** How much of the recording is in the file, as the engine says: this much would survive a crash now. */
function Written() {
  const connection = useRecording((state) => state.connection);
  const onDisk = useRecording((state) => Math.floor(state.framesOnDisk / state.sampleRate));
  const behind = useRecording((state) => Math.floor((state.frames - state.framesOnDisk) / state.sampleRate));
  const late = behind >= BEHIND_SECONDS || connection === 'reconnecting';
  const time = clockText(onDisk);
  return (
    <p className="disk-line" data-late={late}>
      <Icon name={late ? 'warning' : 'disk'} />
      <span>
        {behind >= BEHIND_SECONDS
          ? t('recording.onDiskBehind', { time, behind })
          : t('recording.onDisk', { time })}
      </span>
    </p>
  );
}

function RoomLeft() {
  const minutes = useRecording((state) =>
    state.diskMinutesLeft === null ? null : Math.floor(state.diskMinutesLeft),
  );
  if (minutes === null || minutes >= ENOUGH_MINUTES) return null;
  return (
    <p className="disk-line" data-late={minutes < WORRYING_MINUTES} data-room={true}>
      {minutes < 1 ? t('recording.diskLeftLess') : t('recording.diskLeft', { count: minutes })}
    </p>
  );
}
