import type { ChangeEvent } from 'react';
import { t } from '../../i18n/i18n.ts';
import { presetOf, type RecogniserDraft } from '../../store/recogniser-draft.ts';
import { MoreFields } from './MoreFields.tsx';
import { TextField } from './TextField.tsx';

export interface RecogniserFieldsProps {
  draft: RecogniserDraft;
  onChange: (
    name: keyof RecogniserDraft,
  ) => (event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) => void;
}

const OUTPUTS = ['stdout', 'file'] as const;
const FORMATS = ['text', 'srt', 'vtt', 'whisper'] as const;

/** A program on this computer. For known programs the arguments are filled in and folded away. */
export function ProgramFields({ draft, onChange }: RecogniserFieldsProps) {
  const preset = presetOf(draft.choice);
  const open = preset === undefined;
  return (
    <>
      <TextField
        label={t('recogniser.program')}
        hint={t('recogniser.programHint')}
        value={draft.program}
        required
        maxLength={1000}
        onChange={onChange('program')}
      />
      <TextField
        label={t('recogniser.model')}
        hint={t('recogniser.modelHint')}
        value={draft.model}
        required={preset?.needs.includes('model') === true}
        maxLength={1000}
        onChange={onChange('model')}
      />
      <LanguageField draft={draft} onChange={onChange} />
      <MoreFields key={draft.choice} label={t('recogniser.commandLine')} open={open}>
        <div className="field">
          <label htmlFor="recogniser-args">{t('recogniser.args')}</label>
          <textarea
            id="recogniser-args"
            aria-describedby="recogniser-args-hint"
            rows={Math.min(12, draft.args.split('\n').length + 1)}
            spellCheck={false}
            value={draft.args}
            onChange={onChange('args')}
          />
          <p className="hint" id="recogniser-args-hint">
            {t('recogniser.argsHint')}
          </p>
        </div>
        <div className="field">
          <label htmlFor="recogniser-output">{t('recogniser.output')}</label>
          <select id="recogniser-output" value={draft.output} onChange={onChange('output')}>
            {OUTPUTS.map((output) => (
              <option key={output} value={output}>
                {t(`recogniser.outputs.${output}`)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="recogniser-format">{t('recogniser.format')}</label>
          <select id="recogniser-format" value={draft.format} onChange={onChange('format')}>
            {FORMATS.map((format) => (
              <option key={format} value={format}>
                {t(`recogniser.formats.${format}`)}
              </option>
            ))}
          </select>
        </div>
        <TimeoutField draft={draft} onChange={onChange} />
      </MoreFields>
    </>
  );
}

export function LanguageField({ draft, onChange }: RecogniserFieldsProps) {
  return (
    <TextField
      label={t('recogniser.language')}
      hint={t('recogniser.languageHint')}
      value={draft.language}
      maxLength={20}
      onChange={onChange('language')}
    />
  );
}

export function TimeoutField({ draft, onChange }: RecogniserFieldsProps) {
  return (
    <TextField
      label={t('recogniser.timeout')}
      type="number"
      min={1}
      max={86_400}
      step={1}
      required
      value={draft.timeoutSeconds}
      onChange={onChange('timeoutSeconds')}
    />
  );
}
