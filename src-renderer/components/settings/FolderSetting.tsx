import { useId, useState, type SubmitEvent } from 'react';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';

interface FolderSettingProps {
  setting: 'recordings_dir' | 'fallback_dir';
  label: string;
  hint: string;
  /** Shown while no folder is chosen. */
  standard?: string;
}

export function FolderSetting({ setting, label, hint, standard }: FolderSettingProps) {
  const app = useApp();
  const id = useId();
  const chosen = useSettings((state) => state.settings[setting] ?? '');
  const [path, setPath] = useState(chosen);
  const [saved, setSaved] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void app.updateSettings({ [setting]: path.trim() === '' ? null : path.trim() }).then(setSaved);
  };
  return (
    <form className="field" onSubmit={submit}>
      <label htmlFor={id}>{label}</label>
      <div className="input-row">
        <input
          id={id}
          type="text"
          spellCheck={false}
          autoComplete="off"
          aria-describedby={`${id}-hint`}
          value={path}
          placeholder={standard}
          onChange={(event) => {
            setPath(event.target.value);
            setSaved(false);
          }}
        />
        <button type="submit" disabled={path.trim() === chosen}>
          {t('common.save')}
        </button>
      </div>
      <p className="hint" id={`${id}-hint`}>
        {hint}
      </p>
      <p className="hint" role="status">
        {saved && t('settings.folderSaved')}
      </p>
    </form>
  );
}
