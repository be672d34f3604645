import { useRef, type SubmitEvent } from 'react';
import type { RecordingProfile } from '../../../src-main/contract/recording-profile.ts';
import { chosenProfile } from '../../../src-main/contract/settings.ts';
import { t } from '../../i18n/i18n.ts';
import { useApp, useSettings } from '../app-context.ts';
import { FormatChoice } from '../record/FormatChoice.tsx';
import { ProfileChoice } from '../record/ProfileChoice.tsx';
import { QualityChoice } from '../record/QualityChoice.tsx';
import { GainChoice } from './GainChoice.tsx';

const KEPT = ['record_user_audio', 'record_assistant_audio', 'record_mixed_audio'] as const;
const OTHERS = ['auto_save', 'auto_transcribe', 'write_turn_files', 'create_database_records'] as const;

/** How each kind of session is recorded. Changes apply to the kind that is chosen above. */
export function ProfileSettings() {
  const profile = useSettings(({ settings }) => chosenProfile(settings));
  return (
    <>
      <ProfileChoice />
      <NameForm key={profile.name} profile={profile} />
      <FormatChoice />
      {profile.format === 'mp3' && profile.sample_rate === 8000 && (
        <p className="hint">{t('profile.mp3OfCalls')}</p>
      )}
      <QualityChoice />
      <GainChoice />
      <Switches profile={profile} keys={KEPT} legend={t('profile.kept')} />
      <Switches profile={profile} keys={OTHERS} legend={t('profile.others')} />
    </>
  );
}

interface SwitchesProps {
  profile: RecordingProfile;
  keys: readonly ((typeof KEPT)[number] | (typeof OTHERS)[number])[];
  legend: string;
}

function Switches({ profile, keys, legend }: SwitchesProps) {
  const app = useApp();
  return (
    <fieldset className="field">
      <legend>{legend}</legend>
      <div className="switches">
        {keys.map((key) => (
          <label key={key}>
            <input
              type="checkbox"
              role="switch"
              checked={profile[key]}
              disabled={isLastKept(profile, key)}
              onChange={(event) => void app.updateProfile({ [key]: event.target.checked })}
            />
            {t(`profile.keys.${key}`)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A recording must keep at least one file. */
function isLastKept(profile: RecordingProfile, key: SwitchesProps['keys'][number]): boolean {
  const kept: readonly string[] = KEPT.filter((name) => profile[name]);
  return kept.length === 1 && kept[0] === key;
}

/** Renames, adds or removes a kind. */
function NameForm({ profile }: { profile: RecordingProfile }) {
  const app = useApp();
  const name = useRef<HTMLInputElement>(null);
  const profiles = useSettings(({ settings }) => settings.profiles);
  const typed = () => name.current?.value.trim() ?? '';

  const rename = (event: SubmitEvent) => {
    event.preventDefault();
    if (typed() !== '' && typed() !== profile.name) void app.updateProfile({ name: typed() });
  };
  const add = () => {
    const copy = { ...profile, name: t('profile.copyOf', { name: profile.name }).slice(0, 40) };
    void app.updateSettings({ profiles: [...profiles, copy], profile: copy.name });
  };
  const remove = () => {
    const left = profiles.filter((other) => other !== profile);
    void app.updateSettings({ profiles: left, profile: left[0]?.name ?? profile.name });
  };
  return (
    <form className="field" onSubmit={rename}>
      <label htmlFor="profile-name">{t('profile.name')}</label>
      <div className="input-row">
        <input
          id="profile-name"
          type="text"
          ref={name}
          maxLength={40}
          pattern="[A-Za-z0-9][A-Za-z0-9 _\-]*"
          title={t('profile.nameHint')}
          defaultValue={profile.name}
        />
        <button type="submit">{t('session.rename')}</button>
        <button type="button" onClick={add}>
          {t('profile.add')}
        </button>
        <button type="button" disabled={profiles.length === 1} onClick={remove}>
          {t('profile.remove')}
        </button>
      </div>
    </form>
  );
}
