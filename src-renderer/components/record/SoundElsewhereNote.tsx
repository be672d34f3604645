import { t } from '../../i18n/i18n.ts';
import { useApp, useOtherSide } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** The call plays on another output than the recorded one, for example on its own headset. */
export function SoundElsewhereNote() {
  const { otherSide } = useApp();
  const elsewhere = useOtherSide((state) => state.elsewhere);
  if (elsewhere === null) return null;
  const { playing, listening } = elsewhere;
  return (
    <div className="note note-warn" role="status">
      <Icon name="warning" />
      <div className="note-body">
        {t('otherSide.elsewhere', { playing: playing.label, listening: listening.label })}
        <button type="button" onClick={() => void otherSide.listenTo(playing.name)}>
          {t('otherSide.listenThere', { playing: playing.label })}
        </button>
      </div>
    </div>
  );
}
