import { app, powerMonitor, session, shell, type BrowserWindow } from 'electron';
import { release } from 'node:os';
import { join } from 'node:path';
import { registerAppScheme } from './desktop/app-origin.ts';
import { handleAppProtocol } from './desktop/app-protocol.ts';
import { focusWindow, openAppWindow } from './desktop/app-window.ts';
import { chooseDataDir, keepProfileIn } from './desktop/data-dir.ts';
import { createDisplayAudio } from './desktop/display-audio.ts';
import { orSay, requireBuiltFiles } from './desktop/start-steps.ts';
import { routeIpc } from './desktop/ipc-router.ts';
import { installMenu } from './desktop/menu.ts';
import { restrictPermissions } from './desktop/permissions.ts';
import { stayAwakeWhileRecording } from './desktop/power.ts';
import { guardQuit } from './desktop/quit.ts';
import { acceptSessionPorts } from './desktop/session-port.ts';
import { writeBeforeSleep } from './desktop/sleep.ts';
import { createSleepDelay } from './desktop/sleep-delay.ts';
import { isTrustedSender } from './desktop/trusted-sender.ts';
import { createEncoder } from './encode/create-encoder.ts';
import { listFfmpegCandidates } from './encode/ffmpeg/candidates.ts';
import { findFfmpeg } from './encode/ffmpeg/find-ffmpeg.ts';
import { defaultDataDir } from './launch/data-folder.ts';
import { logToStderr as log, systemClock, thisMachine, thisProcess } from './launch/this-machine.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { createFilesRoute, filePath } from './remote/files-route.ts';
import { createIntakeRoute, isIntakePath } from './remote/intake-route.ts';
import { createRendererFiles } from './remote/renderer-files.ts';
import { createSystemAudio } from './system-audio/system-audio.ts';

/**
 * Resolves once the window is open, or once this launch has handed over to a running one. Rejects with a message for
 * the user.
 */
export async function startDesktopApp(): Promise<void> {
  const dataDir = chooseDataDir(process.argv, defaultDataDir(thisMachine));
  const profileDir = keepProfileIn(dataDir);
  // Before anything opens the catalog: two processes must never write to the same folder.
  if (!app.requestSingleInstanceLock()) return app.quit();
  registerAppScheme();
  await app.whenReady();
  await requireBuiltFiles([builtPath('renderer/index.html'), builtPath(PRELOAD)]);
  const recorder = await orSay(
    `The data folder ${dataDir} could not be opened`,
    'See whether its disk is full or failing, or name another folder with --dir=FOLDER',
    () => openRecorder(dataDir),
  );
  showWindows(recorder, profileDir);
}

const PRELOAD = 'preload/preload.cjs';

function builtPath(name: string): string {
  return join(app.getAppPath(), 'out', name);
}

async function openRecorder(dataDir: string): Promise<Recorder> {
  const ffmpeg = await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log });
  const displayAudio = createDisplayAudio({
    platform: process.platform,
    systemRelease: release(),
    nowMs: systemClock.monotonicMs,
  });
  const recorder = await createRecorder({
    dataDir,
    version: app.getVersion(),
    shell: 'desktop',
    encoder: createEncoder({ ffmpeg, log }),
    ffmpegPath: ffmpeg?.path,
    clock: systemClock,
    log,
    fileUrl: filePath,
    systemAudio: createSystemAudio({ ...thisProcess, ...thisMachine, log }) ?? displayAudio.systemAudio,
    samplePath: join(app.getAppPath(), 'resources', 'sample-speech.wav'),
    transcribes: true,
    moveToTrash: (path) => shell.trashItem(path),
    reveal: (path) => {
      shell.showItemInFolder(path);
      return Promise.resolve();
    },
  });
  restrictPermissions(session.defaultSession, displayAudio.mayCapture);
  displayAudio.answer(session.defaultSession);
  handleAppProtocol({
    rendererFiles: createRendererFiles(builtPath('renderer')),
    sessionFiles: createFilesRoute(recorder),
    intakeFiles: createIntakeRoute(recorder),
    isIntakePath,
  });
  installMenu();
  stayAwakeWhileRecording(recorder);
  // Must run before guardQuit: on Linux, Electron ignores `shutdown` where that is the first event with a listener.
  writeBeforeSleep({ powerMonitor, recorder, delaySleep: createSleepDelay(process.platform), log });
  return recorder;
}

/** One window at a time; on macOS the app outlives it. */
function showWindows(recorder: Recorder, profileDir: string): void {
  let window: BrowserWindow | undefined;
  const isTrusted = (event: Parameters<typeof isTrustedSender>[0]): boolean => isTrustedSender(event, window);
  const quit = guardQuit({ recorder, window: () => window, log });
  const open = (): void => {
    window = openAppWindow({
      preloadPath: builtPath(PRELOAD),
      iconPath: join(app.getAppPath(), 'resources/icons/256.png'),
      boundsPath: join(profileDir, 'window.json'),
      log,
    });
    quit.guard(window);
    window.on('closed', () => {
      window = undefined;
    });
  };

  routeIpc({ handlers: recorder.handlers, isTrusted, log });
  acceptSessionPorts({ recorder, isTrusted, log });
  app.on('second-instance', () => (window === undefined ? open() : focusWindow(window)));
  app.on('activate', () => (window === undefined ? open() : focusWindow(window)));
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  open();
}
