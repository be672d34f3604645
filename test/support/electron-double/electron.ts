/** What `import … from 'electron'` gives the main bundle under the double. */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export { protocol } from './browser.ts';
export { ipcMain } from './ipc-main.ts';
export { recordedCalls } from './recorded-calls.ts';
export { session } from './session.ts';
export { dialog, Menu, nativeTheme, powerMonitor, powerSaveBlocker, screen, shell } from './system.ts';
