import './zod-without-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openCapture } from './capture/capture.ts';
import { listMicrophones, microphonePermission, onMicrophonesChange } from './capture/devices.ts';
import { openSystemAudio } from './capture/system-audio.ts';
import { canShareAudio } from './capture/system-share.ts';
import { AppProvider } from './components/app-context.ts';
import { AppScreen } from './components/AppScreen.tsx';
import { FaultBoundary } from './components/FaultBoundary.tsx';
import { apiClient, fileHref } from './session/api-client.ts';
import { openRecordingMemory } from './session/recording-memory.ts';
import { sendPiece } from './session/send-piece.ts';
import { sessionConnector } from './session/session-connector.ts';
import { desktopBridge } from './session/shell.ts';
import { createApp } from './store/app.ts';
import { createAwakeClock } from './recording/awake-clock.ts';
import { storedNewsRead } from './store/recovery-news.ts';
import './styles/index.css';

const app = createApp({
  api: apiClient,
  openCapture,
  listMicrophones,
  onMicrophonesChange,
  microphonePermission,
  openSystemAudio,
  canShareAudio,
  sessions: sessionConnector,
  memory: openRecordingMemory(),
  fileHref,
  clock: createAwakeClock(Date.now, () => performance.now()),
  after: (milliseconds, action) => void setTimeout(action, milliseconds),
  newsRead: storedNewsRead(localStorage),
  sendPiece,
  shell: desktopBridge === undefined ? 'browser' : 'desktop',
});
void app.start();

const root = document.getElementById('root');
if (root === null) throw new Error('Expected an element with the id "root" in index.html, found none');
createRoot(root).render(
  <StrictMode>
    <FaultBoundary>
      <AppProvider value={app}>
        <AppScreen />
      </AppProvider>
    </FaultBoundary>
  </StrictMode>,
);
