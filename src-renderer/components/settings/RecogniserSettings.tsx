import { useEffect, useRef, useState, type ChangeEvent, type SubmitEvent } from 'react';
import { t } from '../../i18n/i18n.ts';
import {
  draftFor,
  draftOf,
  kindOf,
  RECOGNISER_CHOICES,
  type RecogniserDraft,
  settingsOf,
} from '../../store/recogniser-draft.ts';
import { useApp, usePlace, useRecogniserSetup, useSettings } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { ProgramFields } from './ProgramFields.tsx';
import { choiceName } from './recogniser-words.ts';
import { ServerFields } from './ServerFields.tsx';
import { TrialResult } from './TrialResult.tsx';

/** The choice of a recogniser. Nothing takes effect before it is saved; the draft can be tried first. */
export function RecogniserSettings() {
  const { recogniser } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  const place = usePlace();

  useEffect(() => {
    void recogniser.load();
    return () => recogniser.changed();
  }, [recogniser]);
  useEffect(() => {
    if (place !== 'recogniser') return;
    heading.current?.scrollIntoView();
    heading.current?.focus({ preventScroll: true });
  }, [place]);

  return (
    <section className="group" aria-labelledby="recogniser-heading">
      <h3 id="recogniser-heading" ref={heading} tabIndex={-1}>
        {t('recogniser.heading')}
      </h3>
      <RecogniserForm />
    </section>
  );
}

function RecogniserForm() {
  const { recogniser } = useApp();
  const { trying, trial, saved, problem } = useRecogniserSetup((state) => state);
  const form = useRef<HTMLFormElement>(null);
  const key = useRef<HTMLInputElement>(null);
  const known = useSettings(({ settings }) => settings.recogniser);
  const [draft, setDraft] = useState(() => draftOf(known));
  const kind = kindOf(draft.choice);

  const change = (next: RecogniserDraft) => {
    setDraft(next);
    recogniser.changed();
  };
  const fields = {
    draft,
    onChange:
      (name: keyof RecogniserDraft) =>
      (event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) =>
        change({ ...draft, [name]: event.target.value }),
  };
  const typedKey = () => {
    const typed = key.current?.value.trim() ?? '';
    return typed === '' ? undefined : typed;
  };
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const settings = settingsOf(draft);
    if (settings !== undefined && (await recogniser.save(settings, typedKey())) && key.current !== null)
      key.current.value = '';
  };
  const tryOut = () => {
    const settings = settingsOf(draft);
    if (form.current?.reportValidity() === true && settings !== undefined)
      void recogniser.tryOut(settings, typedKey());
  };
  return (
    <form className="recogniser-form" ref={form} onSubmit={(event) => void save(event)}>
      <div className="field">
        <label htmlFor="recogniser-choice">{t('recogniser.choice')}</label>
        <select
          id="recogniser-choice"
          value={draft.choice}
          onChange={(event) => change(draftFor(event.target.value, draft))}
        >
          {RECOGNISER_CHOICES.map((choice) => (
            <option key={choice} value={choice}>
              {choiceName(choice)}
            </option>
          ))}
        </select>
        <p className="hint">{t(`recogniser.hint.${kind}`)}</p>
      </div>
      {kind === 'command' && <ProgramFields {...fields} />}
      {kind === 'openai' && <ServerFields {...fields} keyInput={key} />}
      <div className="button-row">
        <button type="submit" className="primary">
          {t('common.save')}
        </button>
        {kind !== 'none' && (
          <button type="button" aria-disabled={trying} onClick={tryOut}>
            {t('recogniser.try')}
          </button>
        )}
      </div>
      <div className="trial" role="status">
        {saved && <p className="hint">{t('recogniser.saved')}</p>}
        {trying && (
          <p className="task">
            <progress aria-label={t('recogniser.trying')} /> {t('recogniser.trying')}
          </p>
        )}
        {trial && <TrialResult trial={trial} />}
      </div>
      {problem && <ErrorNote error={problem} />}
    </form>
  );
}
