import { CALM_WARNINGS, type LiveWarning } from '../../store/live-warning.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText, lengthText } from '../../i18n/quantities.ts';
import { useApp, useRecording } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** One line for whatever needs attention now. It keeps its place while empty, so that nothing jumps. */
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
  { code, atSeconds, subject, missingSeconds }: LiveWarning,
  diskMinutes: number | null,
): string {
  if (code === 'disk_low' && diskMinutes !== null && diskMinutes >= 1)
    return t('warning.disk_low_minutes', { count: Math.floor(diskMinutes) });
  return t(`warning.${code}`, {
    time: clockText(atSeconds),
    subject: subject ?? t('microphone.label'),
    length: lengthText(missingSeconds ?? 0),
  });
}
