import { t } from '../../i18n/i18n.ts';
import { lengthText } from '../../i18n/quantities.ts';
import type { RescuedAudio } from '../../recording/recording-state.ts';
import { useApp } from '../app-context.ts';
import { downloadFile } from '../download-file.ts';
import { Icon } from '../Icon.tsx';

/** Audio that a lost engine never wrote is still here, as a file to save. */
export function RescuedNote({ rescued }: { rescued: RescuedAudio }) {
  const app = useApp();
  const { held, stem } = rescued;
  const seconds = Math.max(...held.map((audio) => audio.seconds));
  return (
    <div className="note note-warn" role="group" aria-label={t('rescued.heading')}>
      <Icon name="warning" />
      <div className="note-body">
        <p>
          <strong>{t('rescued.heading')}.</strong> {t('rescued.text', { length: lengthText(seconds) })}
        </p>
        <div className="button-row">
          {held.map(({ track, wav }) => (
            <button
              key={track}
              type="button"
              onClick={() => downloadFile({ name: `${stem}_${track}.wav`, content: wav })}
            >
              <Icon name="download" /> {t(held.length === 1 ? 'rescued.save' : `rescued.saveSide.${track}`)}
            </button>
          ))}
        </div>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('rescued.dismiss')}
        onClick={() => app.recorder.dismissRescued()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
