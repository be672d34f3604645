import { catchStartFailures, failStart } from './desktop/start-failure.ts';

// Everything else is loaded from here, not imported above, so that a failure to load it is also shown in words.
const started = catchStartFailures();
try {
  const { startDesktopApp } = await import('./desktop-app.ts');
  // Not awaited: Electron is ready only after this file has run.
  startDesktopApp().then(started, failStart);
} catch (error) {
  failStart(error);
}
