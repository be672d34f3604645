import { EventEmitter } from 'node:events';
import { app } from './app.ts';
import { emitPreventable } from './preventable.ts';
import { record } from './recorded-calls.ts';
import { WebContents, type WebPreferences } from './web-contents.ts';

interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface BrowserWindowOptions extends Partial<Bounds> {
  readonly show?: boolean;
  readonly title?: string;
  readonly webPreferences?: WebPreferences;
}

export class BrowserWindow extends EventEmitter {
  static readonly #all = new Set<BrowserWindow>();
  static #lastId = 0;
  readonly id = ++BrowserWindow.#lastId;
  readonly webContents: WebContents;
  #bounds: Bounds;
  #visible: boolean;
  #minimized = false;
  #focused = false;
  #destroyed = false;

  constructor(options: BrowserWindowOptions = {}) {
    super();
    const { x = 0, y = 0, width = 800, height = 600, show = true, webPreferences = {} } = options;
    this.#bounds = { x, y, width, height };
    this.#visible = show;
    this.webContents = new WebContents(webPreferences, { width, height });
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'));
    this.webContents.once('destroyed', () => this.#gone());
    BrowserWindow.#all.add(this);
    app.emit('browser-window-created', {}, this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.isFocused()) ?? null;
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    record('BrowserWindow.show');
    this.#visible = true;
    this.focus();
    this.emit('show');
  }

  hide(): void {
    this.#visible = false;
    this.#focused = false;
  }

  focus(): void {
    record('BrowserWindow.focus');
    this.#focused = true;
  }

  blur(): void {
    this.#focused = false;
  }

  minimize(): void {
    this.#minimized = true;
    this.#focused = false;
  }

  restore(): void {
    this.#minimized = false;
  }

  isMinimized(): boolean {
    return this.#minimized;
  }

  isVisible(): boolean {
    return this.#visible;
  }

  isFocused(): boolean {
    return this.#focused && !this.#minimized;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  getBounds(): Bounds {
    return { ...this.#bounds };
  }

  getNormalBounds(): Bounds {
    return { ...this.#bounds };
  }

  setBounds(bounds: Partial<Bounds>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
  }

  /** What the user's click on the window's cross does. True if nothing prevented it. */
  close(): boolean {
    if (this.#destroyed) return true;
    if (emitPreventable(this, 'close')) return false;
    this.destroy();
    return true;
  }

  destroy(): void {
    void this.webContents.destroy();
    this.#gone();
  }

  #gone(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    BrowserWindow.#all.delete(this);
    this.emit('closed');
    if (BrowserWindow.#all.size === 0) app.allWindowsClosed();
  }
}
