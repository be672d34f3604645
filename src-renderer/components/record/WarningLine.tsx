import type { LiveWarning } from '../../store/live-warning.ts';
import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useApp, useRecording } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** One line for whatever needs attention now. It keeps its place while empty, so that nothing jumps. */
export function WarningLine() {
  const { recorder } = useApp();
  const warning = useRecording((state) => state.warning);
  const reconnecting = useRecording((state) => state.connection === 'reconnecting');
  const text = reconnecting ? t('recording.reconnecting') : warning && warningText(warning);
  const calm = !reconnecting && warning?.code === 'new_part';
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

function warningText({ code, atSeconds, subject }: LiveWarning): string {
  return t(`warning.${code}`, { time: clockText(atSeconds), subject: subject ?? t('microphone.label') });
}
