import type { RefObject } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp, useMicrophone } from '../app-context.ts';
import { LevelMeter } from '../meter/LevelMeter.tsx';
import { SHORTCUTS } from '../shortcuts.ts';
import { FormatChoice } from './FormatChoice.tsx';
import { MicrophonePicker } from './MicrophonePicker.tsx';
import { ProcessingChoice } from './ProcessingChoice.tsx';
import { QualityChoice } from './QualityChoice.tsx';

export function ReadyPanel({ titleField }: { titleField: RefObject<HTMLInputElement | null> }) {
  const app = useApp();
  const ready = useMicrophone((state) => state.status.kind === 'ready');
  const start = () => {
    if (ready) void app.recorder.start(titleField.current?.value ?? '');
  };
  return (
    <div className="ready">
      <MicrophonePicker />
      <LevelMeter />
      <button
        type="button"
        className="record-button"
        aria-disabled={!ready}
        aria-keyshortcuts={SHORTCUTS.record}
        onClick={start}
      >
        <span className="record-dot" />
        {t('record.start')} <kbd>{SHORTCUTS.record}</kbd>
      </button>
      <div className="field">
        <label htmlFor="title">{t('record.title')}</label>
        <input
          id="title"
          type="text"
          maxLength={200}
          autoComplete="off"
          placeholder={t('record.titleHint')}
          ref={titleField}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.nativeEvent.isComposing) start();
          }}
        />
      </div>
      <div className="choices">
        <FormatChoice />
        <QualityChoice />
      </div>
      <ProcessingChoice folded />
    </div>
  );
}
