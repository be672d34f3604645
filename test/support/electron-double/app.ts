import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BrowserWindow } from './browser-window.ts';
import { endBrowser, startBrowser } from './browser.ts';
import { setUserDataDir, userDataDir } from './options.ts';
import { emitPreventable } from './preventable.ts';
import { record } from './recorded-calls.ts';
import { fromJson } from './from-json.ts';
import { takeInstanceLock, type InstanceLock } from './instance-lock.ts';

class App extends EventEmitter {
  readonly isPackaged = false;
  #ready: Promise<void> | undefined;
  #isReady = false;
  #quitting = false;
  #lock: InstanceLock | undefined;

  whenReady(): Promise<void> {
    this.#ready ??= startBrowser().then(({ debuggerUrl, pid }) => {
      this.#isReady = true;
      process.send?.({ kind: 'browser', debuggerUrl, pid });
      this.emit('ready');
    });
    return this.#ready;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  getName(): string {
    return 'Lectern';
  }

  get name(): string {
    return this.getName();
  }

  getVersion(): string {
    const { version } = fromJson<{ version: string }>(
      readFileSync(join(this.getAppPath(), 'package.json'), 'utf8'),
    );
    return version;
  }

  /** The folder of the package whose main bundle runs. */
  getAppPath(): string {
    return resolve(dirname(process.argv[1] ?? '.'), '../..');
  }

  getPath(name: string): string {
    if (name === 'userData' || name === 'sessionData') return userDataDir();
    if (name === 'temp') return tmpdir();
    if (name === 'exe') return process.execPath;
    if (name === 'logs') return join(userDataDir(), 'logs');
    return homedir();
  }

  setPath(name: string, path: string): void {
    if (name !== 'userData') throw new Error(`the double can set userData only, not ${name}`);
    setUserDataDir(path);
  }

  getLocale(): string {
    return 'en-US';
  }

  setAboutPanelOptions(options: unknown): void {
    record('app.setAboutPanelOptions', options);
  }

  setAppUserModelId(id: string): void {
    record('app.setAppUserModelId', id);
  }

  requestSingleInstanceLock(): boolean {
    this.#lock ??= takeInstanceLock(userDataDir(), (argv, cwd) =>
      this.emit('second-instance', {}, argv, cwd, null),
    );
    return this.#lock !== undefined;
  }

  hasSingleInstanceLock(): boolean {
    return this.#lock !== undefined;
  }

  /** In Electron's order: before-quit, each window's close, will-quit, quit; the first three can stop it. */
  quit(): void {
    if (this.#quitting) return;
    this.#quitting = true;
    const stopped =
      emitPreventable(this, 'before-quit') ||
      BrowserWindow.getAllWindows().some((window) => !window.close()) ||
      emitPreventable(this, 'will-quit');
    if (stopped) this.#quitting = false;
    else this.exit(0);
  }

  exit(code = 0): void {
    this.#quitting = true;
    this.#lock?.release();
    void endBrowser().finally(() => {
      this.emit('quit', {}, code);
      process.exit(code);
    });
  }

  /** Told to end before it was ready: no browser is started. */
  isExiting(): boolean {
    return this.#quitting;
  }

  /** Electron quits when the last window closes unless somebody listens. */
  allWindowsClosed(): void {
    if (this.#quitting) return;
    if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }
}

export const app = new App();

// Electron becomes ready by itself once the main script has run, what it awaits included.
setImmediate(() => {
  import(pathToFileURL(process.argv[1] ?? '').href)
    .then(() => (app.isExiting() ? undefined : app.whenReady()))
    .catch(() => process.exit(1));
});
