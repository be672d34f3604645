import { CALM_WARNINGS, type LiveWarning } from '../../recording/live-warning.ts';
import { t } from '../../i18n/i18n.ts';
import { microphoneName } from '../../i18n/microphone-name.ts';
import { clockText, lengthText } from '../../i18n/quantities.ts';
import { useApp, useRecording } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** One line for the most important warning. It keeps its place while empty, so that nothing moves. */
export function WarningLine() {
  const { recorder } = useApp();
  const warning = useRecording((state) => state.warning);
  const reconnecting = useRecording((state) => state.connection === 'reconnecting');
  const diskMinutes = useRecording((state) => state.diskMinutesLeft);
  const text = reconnecting ? t('recording.reconnecting') : warning && warningText(warning, diskMinutes);
  const calm = !reconnecting && warning !== null && CALM_WARNINGS.has(warning.code);
  return (
    <div className="warning-slot" role="status">
      {text !== null && (
        <div className={calm ? 'note' : 'note note-warn'}>
          <Icon name={calm ? 'disk' : 'warning'} />
          <p className="note-body">{text}</p>
          {!reconnecting && (
            <button
              type="button"
              className="icon-button"
              aria-label={t('common.dismiss')}
              onClick={() => recorder.dismissWarning()}
            >
              <Icon name="close" />
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function warningText(
  { code, atSeconds, subject, missingSeconds, track }: LiveWarning,
  diskMinutes: number | null,
): string {
  if (code === 'disk_low' && diskMinutes !== null && diskMinutes >= 1)
    return t('warning.disk_low_minutes', { count: Math.floor(diskMinutes) });
  return t(warningKey(code, track), {
    time: clockText(atSeconds),
    subject: subject === undefined ? t('microphone.label') : microphoneName(subject),
    length: lengthText(missingSeconds ?? 0),
  });
}

/** Warnings with other words for the other side than for a microphone. */
const OF_OTHER_SIDE = [
  'silence',
  'zeros',
  'clipping',
  'no_data',
  'device',
  'device_lost',
  'device_back',
  'device_switched',
  'muted',
  'suspended',
] as const;

function warningKey(code: LiveWarning['code'], track: LiveWarning['track']) {
  const ofOtherSide = track === 'assistant' && OF_OTHER_SIDE.find((candidate) => candidate === code);
  if (ofOtherSide) return `warningOf.assistant.${ofOtherSide}` as const;
  return track === 'user' && code === 'no_data' ? 'warningOf.user.no_data' : (`warning.${code}` as const);
}
