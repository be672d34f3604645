import { t } from '../../i18n/i18n.ts';
import { useApp, useLibrary, useSettings } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** After a crash the first thing someone wants to know is whether the recording is there. It is. */
export function RecoveredNote() {
  const { library } = useApp();
  const recovered = useSettings((state) => state.info?.recovered_sessions);
  const seen = useLibrary((state) => state.recoveredSeen);
  const first = recovered?.[0];
  if (seen || recovered === undefined || first === undefined) return null;
  const show = () => {
    library.open(first);
    library.dismissRecovered();
  };
  return (
    <div className="note note-warn" role="status">
      <Icon name="disk" />
      <div className="note-body">
        <p>{t('library.recovered', { count: recovered.length })}</p>
        {recovered.length === 1 && (
          <button type="button" onClick={show}>
            {t('library.showRecovered')}
          </button>
        )}
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('common.dismiss')}
        onClick={() => library.dismissRecovered()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
