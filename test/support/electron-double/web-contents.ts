import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { contentUrl, runningChromium } from './browser.ts';
import type { CdpObject, CdpSession } from './cdp-pipe.ts';
import { toElectronUrl } from './content-origin.ts';
import { confinePage } from './page-navigation.ts';
import { PageChannel } from './page-channel.ts';
import { isolatedWorld, mainWorld } from './page-world.ts';
import { session } from './session.ts';

/** The isolated world's name, and in it the binding's. */
const WORLD = 'Electron Isolated Context';
const BINDING = '__electronDoubleTell';

export interface WebPreferences {
  readonly preload?: string;
  readonly [name: string]: unknown;
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };

/** One page: a Chromium target, with the preload in its own world. */
export class WebContents extends EventEmitter {
  static #lastId = 0;
  readonly id = ++WebContents.#lastId;
  readonly session = session.defaultSession;
  readonly #preferences: WebPreferences;
  readonly #opened: Promise<{ cdp: CdpSession; targetId: string; frameId: string }>;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  #mainFrame = { url: '', origin: 'null' };
  #ownNavigations = 0;
  #destroyed = false;
  #crashed = false;

  constructor(preferences: WebPreferences, size: { width: number; height: number }) {
    super();
    this.#preferences = preferences;
    this.#opened = this.#open(size);
    this.#opened.catch((error: unknown) => {
      if (!this.#destroyed) console.error('the double could not open a page', error);
    });
  }

  get mainFrame(): { url: string; origin: string; parent: null } {
    return { ...this.#mainFrame, parent: null };
  }

  getURL(): string {
    return this.#mainFrame.url;
  }

  getLastWebPreferences(): WebPreferences {
    return this.#preferences;
  }

  getBackgroundThrottling(): boolean {
    return this.#preferences['backgroundThrottling'] !== false;
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  isCrashed(): boolean {
    return this.#crashed;
  }

  async loadURL(url: string): Promise<void> {
    const { cdp } = await this.#opened;
    const target = contentUrl(url);
    await session.defaultSession.applyPermissions(runningChromium().cdp, this, target);
    const loaded = new Promise<void>((resolve) => this.once('did-finish-load', resolve));
    this.#ownNavigations += 1;
    const { errorText } = await cdp.send('Page.navigate', { url: target });
    if (errorText !== undefined) throw new Error(`${JSON.stringify(errorText)} loading '${url}'`);
    await loaded;
  }

  reload(): void {
    this.#ownNavigations += 1;
    void this.#opened.then(({ cdp }) => cdp.send('Page.reload')).catch(() => undefined);
  }

  forcefullyCrashRenderer(): void {
    void this.#opened.then(({ cdp }) => cdp.send('Page.crash')).catch(() => undefined);
  }

  /** Closes the target; nobody is asked. */
  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    const opened = await this.#opened.catch(() => undefined);
    if (opened === undefined) return;
    await runningChromium()
      .cdp.send('Target.closeTarget', { targetId: opened.targetId })
      .catch(() => undefined);
    this.emit('destroyed');
  }

  async #open(size: {
    width: number;
    height: number;
  }): Promise<{ cdp: CdpSession; targetId: string; frameId: string }> {
    const { cdp: pipe, targets } = runningChromium();
    const { cdp, targetId } = await targets.create(size);
    // A page's main frame has its target's id.
    const frameId = targetId;
    new PageChannel(this, cdp, BINDING).listen();
    cdp.on('Page.frameNavigated', ({ frame }) => this.#navigated(frame));
    cdp.on('Page.loadEventFired', () => {
      this.#crashed = false;
      this.emit('did-finish-load');
    });
    cdp.on('Inspector.targetCrashed', () => {
      this.#crashed = true;
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
    });
    pipe.on(':Target.targetDestroyed', (params: CdpObject) => {
      if (params['targetId'] !== targetId || this.#destroyed) return;
      this.#destroyed = true;
      this.emit('destroyed');
    });
    await Promise.all([
      cdp.send('Page.enable'),
      cdp.send('Runtime.enable'),
      cdp.send('Inspector.enable'),
      confinePage({
        contents: this,
        cdp,
        targets,
        frameId,
        takeOwnNavigation: () => this.#ownNavigations > 0 && this.#ownNavigations-- > 0,
        mayOpen: (url) => this.#openHandler({ url: toElectronUrl(url) }).action === 'allow',
      }),
      this.#installPreload(cdp),
    ]);
    await cdp.send('Runtime.runIfWaitingForDebugger');
    return { cdp, targetId, frameId };
  }

  async #installPreload(cdp: CdpSession): Promise<void> {
    const path = this.#preferences.preload;
    if (path === undefined) return;
    const token = `electron-double-${Math.random().toString(36).slice(2)}`;
    const preload = readFileSync(path, 'utf8');
    await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${mainWorld.toString()})(${JSON.stringify(token)});`,
    });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: WORLD,
      source: `(${isolatedWorld.toString()})(${JSON.stringify(token)}, ${JSON.stringify(BINDING)},
        function (require) { const module = { exports: {} }; const exports = module.exports;\n${preload}\n});`,
    });
  }

  #navigated(frame: unknown): void {
    if (typeof frame !== 'object' || frame === null || 'parentId' in frame) return;
    const url = toElectronUrl(String(Reflect.get(frame, 'url')));
    const origin = toElectronUrl(String(Reflect.get(frame, 'securityOrigin')));
    this.#mainFrame = { url, origin };
    this.emit('did-navigate', {}, url);
  }
}
