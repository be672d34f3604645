import { t } from '../../i18n/i18n.ts';
import { useSettings } from '../app-context.ts';
import { ErrorNote } from '../ErrorNote.tsx';
import { ProcessingChoice } from '../record/ProcessingChoice.tsx';
import { About } from './About.tsx';
import { FolderSetting } from './FolderSetting.tsx';
import { ProfileSettings } from './ProfileSettings.tsx';
import { RecogniserSettings } from './RecogniserSettings.tsx';
import { SplitChoice } from './SplitChoice.tsx';
import { ShortcutList } from './ShortcutList.tsx';
import { ThemeChoice } from './ThemeChoice.tsx';

/** Every change takes effect at once; a setting that needs a new launch says so. */
export function SettingsPanel() {
  const problem = useSettings((state) => state.problem);
  return (
    <section className="pane settings-pane" aria-labelledby="settings-heading">
      <div className="pane-head">
        <h2 id="settings-heading">{t('settings.heading')}</h2>
      </div>
      {problem && <ErrorNote error={problem} />}
      <section className="group">
        <h3>{t('settings.recordings')}</h3>
        <Folders />
      </section>
      <section className="group">
        <h3>{t('settings.defaults')}</h3>
        <ProfileSettings />
      </section>
      <section className="group">
        <h3>{t('settings.capture')}</h3>
        <ProcessingChoice folded={false} />
        <SplitChoice />
      </section>
      <RecogniserSettings />
      <section className="group">
        <h3>{t('settings.appearance')}</h3>
        <ThemeChoice />
      </section>
      <section className="group">
        <h3>{t('settings.shortcuts')}</h3>
        <ShortcutList />
      </section>
      <section className="group">
        <h3>{t('settings.about')}</h3>
        <About />
      </section>
    </section>
  );
}

function Folders() {
  const inUse = useSettings((state) => state.info?.recordings_dir ?? '');
  return (
    <>
      <FolderSetting
        setting="recordings_dir"
        label={t('settings.folder')}
        hint={t('settings.folderHint')}
        standard={inUse}
      />
      <p className="path">{t('settings.folderNow', { path: inUse })}</p>
      <FolderSetting
        setting="fallback_dir"
        label={t('settings.fallback')}
        hint={t('settings.fallbackHint')}
      />
    </>
  );
}
