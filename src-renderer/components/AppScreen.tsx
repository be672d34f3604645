import { useCallback, useEffect, useRef } from 'react';
import { t } from '../i18n/i18n.ts';
import { isActive } from '../recording/recording-state.ts';
import { useApp, useRecording, useSettings, useView } from './app-context.ts';
import { AwayNote } from './AwayNote.tsx';
import { EngineProblem } from './EngineProblem.tsx';
import { Header } from './Header.tsx';
import { DropTarget } from './intake/DropTarget.tsx';
import { LibraryPanel } from './library/LibraryPanel.tsx';
import { RecordingBar } from './record/RecordingBar.tsx';
import { RecordPanel } from './record/RecordPanel.tsx';
import { RecoveryBanner } from './RecoveryBanner.tsx';
import { SettingsPanel } from './settings/SettingsPanel.tsx';
import { useShortcuts } from './shortcuts.ts';
import { useLeaveWarning, useTheme, useWideWindow } from './use-window.ts';

export function AppScreen() {
  const app = useApp();
  const view = useView();
  const wide = useWideWindow();
  const info = useSettings((state) => state.info);
  const problem = useSettings((state) => state.problem);
  const theme = useSettings((state) => state.settings.theme);
  const recording = useRecording((state) => isActive(state.phase));
  const rescued = useRecording((state) => state.rescued !== null);
  // The title is typed before Record is pressed, with the mouse or with a key.
  const titleField = useRef<HTMLInputElement>(null);
  const title = useCallback(() => titleField.current?.value ?? '', []);

  useTheme(theme);
  useShortcuts(app, title);
  useLeaveWarning((recording || rescued) && info?.shell === 'browser');
  useEffect(() => {
    const onFocus = () => void app.comeBack();
    addEventListener('focus', onFocus);
    return () => removeEventListener('focus', onFocus);
  }, [app]);

  if (info === null) {
    if (problem !== null) return <EngineProblem error={problem} />;
    return (
      <main className="full-screen" aria-busy="true">
        <h1 className="sr-only">{t('app.name')}</h1>
        <p className="appears-late">{t('app.starting')}</p>
      </main>
    );
  }
  const side = view === 'settings' ? <SettingsPanel /> : <LibraryPanel />;
  return (
    <div className="app" data-recording={recording}>
      <Header wide={wide} />
      <RecoveryBanner />
      <AwayNote away={info.recordings_away} />
      <DropTarget />
      {!wide && recording && view !== 'record' && <RecordingBar />}
      <main className="panes">
        {(wide || view === 'record') && <RecordPanel titleField={titleField} />}
        {(wide || view !== 'record') && side}
      </main>
    </div>
  );
}
