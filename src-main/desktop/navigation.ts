import type { WebContents } from 'electron';
import { APP_PAGE } from './app-origin.ts';

/** Keeps the window on the app's own page: reloading is all the navigation there is. */
export function confineNavigation(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (event.url !== APP_PAGE) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
