import { catchStartFailures, failStart } from './desktop/start-failure.ts';

// Everything else is loaded from here, and not imported above, so that what cannot be loaded is told in words too.
const started = catchStartFailures();
try {
  const { startDesktopApp } = await import('./desktop-app.ts');
  // Not awaited: Electron is ready only after this file has run.
  startDesktopApp().then(started, failStart);
} catch (error) {
  failStart(error);
}
