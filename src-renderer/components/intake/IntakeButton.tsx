import { useRef } from 'react';
import { MAX_INTAKE_BYTES } from '../../../src-main/contract/intake.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp } from '../app-context.ts';
import { Icon } from '../Icon.tsx';

/** Extensions that the file dialog offers first. Other files can still be chosen: a damaged one may have any name. */
const ACCEPTED = [
  ...['audio/*', '.wav', '.wave', '.partial', '.pcm', '.raw', '.mp4', '.m4a', '.mov', '.webm', '.weba'],
  ...['.mkv', '.mka', '.ogg', '.oga', '.opus', '.mp3', '.flac', '.aac', '.aif', '.aiff', '.amr', '.wma'],
].join(',');

export function IntakeButton() {
  const { intake } = useApp();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="intake-start">
      <button type="button" onClick={() => input.current?.click()}>
        <Icon name="mend" />
        {t('intake.choose')}
      </button>
      <p className="hint">{t('intake.chooseHint', { gigabytes: MAX_INTAKE_BYTES / 1024 ** 3 })}</p>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={ACCEPTED}
        aria-label={t('intake.choose')}
        onChange={(event) => {
          intake.take([...(event.target.files ?? [])]);
          // So that the same file can be chosen once more.
          event.target.value = '';
        }}
      />
    </div>
  );
}
