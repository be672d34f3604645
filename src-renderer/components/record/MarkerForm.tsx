import { useState, type SubmitEvent } from 'react';
import { t } from '../../i18n/i18n.ts';
import { clockText } from '../../i18n/quantities.ts';
import { useApp, useRecording } from '../app-context.ts';
import { Icon } from '../Icon.tsx';
import { SHORTCUTS } from '../shortcuts.ts';

/** A marker gets the moment of the request; its name may be typed before that. */
export function MarkerForm() {
  const { recorder } = useApp();
  const [label, setLabel] = useState('');
  const last = useRecording((state) => state.lastMarker);
  const running = useRecording((state) => state.phase === 'recording' || state.phase === 'paused');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void recorder.addMarker(label);
    setLabel('');
  };
  const words = last && { count: last.count, time: clockText(last.atSeconds), label: last.label };
  return (
    <form className="marker-form" onSubmit={submit}>
      <input
        type="text"
        aria-label={t('recording.markerLabel')}
        placeholder={t('recording.markerLabel')}
        maxLength={200}
        autoComplete="off"
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      <button type="submit" aria-disabled={!running} aria-keyshortcuts={SHORTCUTS.marker}>
        <Icon name="flag" />
        {t('recording.marker')} <kbd>{SHORTCUTS.marker}</kbd>
      </button>
      <p className="hint" role="status">
        {words &&
          (words.label === '' ? t('recording.markerAdded', words) : t('recording.markerAddedNamed', words))}
      </p>
    </form>
  );
}
