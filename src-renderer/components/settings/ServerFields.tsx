import type { RefObject } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp, useRecogniserSetup, useSettings } from '../app-context.ts';
import { MoreFields } from './MoreFields.tsx';
import { LanguageField, type RecogniserFieldsProps, TimeoutField } from './ProgramFields.tsx';
import { TextField } from './TextField.tsx';

interface ServerFieldsProps extends RecogniserFieldsProps {
  keyInput: RefObject<HTMLInputElement | null>;
}

/** A server with OpenAI's interface. */
export function ServerFields({ draft, onChange, keyInput }: ServerFieldsProps) {
  return (
    <>
      <TextField
        label={t('recogniser.address')}
        hint={t('recogniser.addressHint')}
        type="url"
        pattern="https?://.+"
        required
        maxLength={1000}
        value={draft.baseUrl}
        onChange={onChange('baseUrl')}
      />
      <TextField
        label={t('recogniser.model')}
        required
        pattern='[^"]{1,200}'
        value={draft.model}
        onChange={onChange('model')}
      />
      <KeyField address={draft.baseUrl} keyInput={keyInput} />
      <LanguageField draft={draft} onChange={onChange} />
      <MoreFields label={t('recogniser.limits')}>
        <TextField
          label={t('recogniser.maxUpload')}
          hint={t('recogniser.maxUploadHint')}
          type="number"
          min={0.1}
          max={10_000}
          step="any"
          required
          value={draft.maxUploadMb}
          onChange={onChange('maxUploadMb')}
        />
        <TimeoutField draft={draft} onChange={onChange} />
      </MoreFields>
    </>
  );
}

/** The user types the key here. The engine keeps it, and it is never shown again. */
function KeyField({ address, keyInput }: { address: string; keyInput: RefObject<HTMLInputElement | null> }) {
  const { recogniser } = useApp();
  const kept = useRecogniserSetup((state) => state.hasKey);
  const saved = useSettings(({ settings }) =>
    settings.recogniser.kind === 'openai' ? settings.recogniser.base_url : '',
  );
  // The engine has a key only for the server in the settings.
  const isKept = kept && originOf(address) === originOf(saved);
  return (
    <div className="field">
      <label htmlFor="recogniser-key">{t('recogniser.key')}</label>
      <div className="input-row">
        <input
          id="recogniser-key"
          type="password"
          ref={keyInput}
          autoComplete="off"
          aria-describedby="recogniser-key-hint"
          maxLength={500}
          pattern="[\x21-\x7e]*"
          placeholder={isKept ? t('recogniser.keyKept') : ''}
          onChange={() => recogniser.changed()}
        />
        {isKept && (
          <button type="button" onClick={() => void recogniser.removeKey(saved)}>
            {t('recogniser.removeKey')}
          </button>
        )}
      </div>
      <p className="hint" id="recogniser-key-hint">
        {t('recogniser.keyHint')}
      </p>
    </div>
  );
}

function originOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).origin : null;
}
