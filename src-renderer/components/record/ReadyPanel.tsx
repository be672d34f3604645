import type { RefObject } from 'react';
import { tracksOf } from '../../../src-main/contract/recording-profile.ts';
import { chosenProfile } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useMicrophone, useOtherSide, useSettings, useSides } from '../app-context.ts';
import { LevelMeter } from '../meter/LevelMeter.tsx';
import { SHORTCUTS } from '../shortcuts.ts';
import { FormatChoice } from './FormatChoice.tsx';
import { MicrophonePicker } from './MicrophonePicker.tsx';
import { OtherSideField } from './OtherSideField.tsx';
import { ProcessingChoice } from './ProcessingChoice.tsx';
import { ProfileChoice } from './ProfileChoice.tsx';
import { QualityChoice } from './QualityChoice.tsx';

export function ReadyPanel({ titleField }: { titleField: RefObject<HTMLInputElement | null> }) {
  const app = useApp();
  const sides = useSides();
  const wanted = tracksOf(useSettings(({ settings }) => chosenProfile(settings)));
  const microphone = useMicrophone((state) => state.status.kind);
  const otherSide = useOtherSide((state) => state.status.kind);
  // The click on Record asks for permissions that are still missing.
  const otherSideReady = otherSide === 'ready' || otherSide === 'permission_needed';
  const ready =
    (!sides.includes('user') || microphone === 'ready') && (!sides.includes('assistant') || otherSideReady);
  const start = () => {
    if (ready) void app.recorder.start(titleField.current?.value ?? '');
  };
  return (
    <div className="ready">
      <ProfileChoice />
      {sides.includes('user') && (
        <>
          <MicrophonePicker />
          <LevelMeter />
        </>
      )}
      {wanted.includes('assistant') && <OtherSideField />}
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
