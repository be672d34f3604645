import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { wireErrorSchema } from '../../src-main/contract/errors.ts';
import type {} from '../../src-renderer/session/shell.ts';
import { serveForeignSite, type ForeignSite } from './foreign-site.ts';
import { describeOnElectron, launchApp, type DesktopApp } from './electron-app.ts';
import { openPageSession } from './page-session.ts';
import type {} from './web-preferences.ts';

const failed = z.object({ ok: z.literal(false), error: wireErrorSchema });

describeOnElectron('the window is closed to everything but our own page', () => {
  let dataDir: string;
  let app: DesktopApp;
  let foreign: ForeignSite;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'lectern-desktop-'));
    foreign = await serveForeignSite();
    app = await launchApp({ dataDir, chromiumArgs: ['--use-fake-device-for-media-stream'] });
  });

  afterAll(async () => {
    await app.dispose();
    foreign.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('runs the page sandboxed, isolated and without Node, and unthrottled when hidden', async () => {
    const preferences = await app.evaluateMain(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      return { ...contents?.getLastWebPreferences(), throttled: contents?.getBackgroundThrottling() };
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      throttled: false,
      webviewTag: false,
    });
    const visible = await app.page.evaluate(() => ({
      require: typeof Reflect.get(window, 'require'),
      process: typeof Reflect.get(window, 'process'),
      bridge: Object.keys(window.lectern ?? {}).sort(),
    }));
    expect(visible).toEqual({ require: 'undefined', process: 'undefined', bridge: ['call', 'openSession'] });
  });

  it('gives our page the microphone, and neither camera, place nor notifications', async () => {
    const states = await app.page.evaluate(async () => {
      const stateOf = async (name: PermissionName): Promise<string> =>
        (await navigator.permissions.query({ name })).state;
      const outcome = (constraints: MediaStreamConstraints): Promise<string> =>
        navigator.mediaDevices.getUserMedia(constraints).then(
          (stream) => {
            for (const track of stream.getTracks()) track.stop();
            return 'granted';
          },
          (error: unknown) => (error instanceof DOMException ? error.name : String(error)),
        );
      return {
        microphone: await stateOf('microphone'),
        camera: await stateOf('camera'),
        geolocation: await stateOf('geolocation'),
        notifications: await stateOf('notifications'),
        audio: await outcome({ audio: true }),
        video: await outcome({ video: true }),
        both: await outcome({ audio: true, video: true }),
      };
    });
    expect(states).toEqual({
      microphone: 'granted',
      camera: 'denied',
      geolocation: 'denied',
      notifications: 'denied',
      audio: 'granted',
      video: 'NotAllowedError',
      both: 'NotAllowedError',
    });
  });

  it('gives a foreign page in a window of ours neither the microphone nor an answer', async () => {
    await app.evaluateMain(async ({ app, BrowserWindow }, url) => {
      // As the window of ours has it.
      const preload = `${app.getAppPath()}/out/preload/preload.cjs`;
      const theirs = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      await theirs.loadURL(url);
    }, `${foreign.url}inside`);
    // Playwright may list the page before it knows its address.
    const find = () => app.pages().find((one) => one.url().startsWith(foreign.url));
    await expect.poll(find).toBeDefined();
    const page = find();
    if (page === undefined) throw new Error('expected the foreign page among the windows');

    const answers = await page.evaluate(async () => {
      const { state } = await navigator.permissions.query({ name: 'microphone' });
      return { state, answer: await window.lectern?.call('app.info', {}) };
    });
    expect(answers.state).toBe('denied');
    expect(answers.answer).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });

    const session = await openPageSession(page, 'foreign');
    await session.closed();
    await app.evaluateMain(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()
        .filter((window) => !window.webContents.getURL().startsWith('app://'))
        .forEach((window) => window.destroy());
    });
  });

  it('stays on its page when something tries to navigate it away', async () => {
    const prevented = app.evaluateMain(
      ({ BrowserWindow }) =>
        new Promise<boolean>((resolve) => {
          const [window] = BrowserWindow.getAllWindows();
          window?.webContents.once('will-navigate', (event) => {
            setImmediate(() => resolve(event.defaultPrevented));
          });
        }),
    );
    // Answered in order, so the listener is there before the page moves.
    await app.evaluateMain(() => undefined);
    const stayed = app.page.url();
    await app.page.evaluate((url) => {
      window.location.href = url;
    }, `${foreign.url}away`);
    expect(await prevented).toBe(true);
    expect(app.page.url()).toBe(stayed);
    expect(await app.page.evaluate(() => typeof window.lectern)).toBe('object');
    expect(foreign.requests).not.toContain('/away');
  });

  it('opens no second window, whether asked by script or by a click', async () => {
    const before = app.pages().length;
    await app.page.evaluate((url) => {
      window.open(`${url}opened-by-script`);
      const link = document.createElement('a');
      Object.assign(link, {
        id: 'way-out',
        href: `${url}opened-by-click`,
        target: '_blank',
        textContent: 'out',
      });
      link.style.cssText = 'position:fixed;inset:0;z-index:9999';
      document.body.append(link);
    }, foreign.url);
    // Not `click`, which would wait for the navigation that is refused.
    await app.page.mouse.click(50, 50);
    await app.page.evaluate(() => document.querySelector('#way-out')?.remove());
    await expect.poll(() => app.pages().length).toBe(before);
    expect(await app.evaluateMain(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    expect(foreign.requests.filter((path) => path.startsWith('/opened'))).toEqual([]);
  });

  it('answers a call that does not exist, or does not fit its schema, with a result and not a crash', async () => {
    const answers = await app.page.evaluate(async () => {
      const bridge = window.lectern;
      if (bridge === undefined) return [];
      const calls = [
        ['sessions.destroyEverything', {}],
        ['__proto__', {}],
        [7, {}],
        ['sessions.get', { id: '../../x' }],
        ['sessions.get', { id: 'nobody' }],
        ['settings.update', { gain: 400 }],
        ['settings.update', { theme: 'dark', admin: true }],
      ];
      // Past the types, as a hostile page would go.
      const results = await Promise.all(
        calls.map(async (input) => {
          const result: unknown = await Reflect.apply(bridge.call, bridge, input);
          return result;
        }),
      );
      return results;
    });
    expect(answers.map((answer) => failed.parse(answer).error.code)).toEqual([
      'NOT_FOUND',
      'NOT_FOUND',
      'NOT_FOUND',
      'INVALID_INPUT',
      'SESSION_NOT_FOUND',
      'INVALID_INPUT',
      'INVALID_INPUT',
    ]);
  });

  it('refuses a session id that names another folder, and closes its port', async () => {
    const session = await openPageSession(app.page, '../../x');
    expect(await session.next('error')).toMatchObject({ code: 'INVALID_SESSION_ID' });
    await session.closed();
  });

  it('answers what is neither text nor audio on a session’s port, and goes on', async () => {
    const session = await openPageSession(app.page, 'new');
    await session.postOddity();
    expect(await session.next('error')).toMatchObject({ code: 'INVALID_MESSAGE' });
    await session.say({ action: 'status' });
    expect(await session.next('status')).toMatchObject({ state: 'idle' });
  });

  it('sends a policy that stops inline scripts and foreign addresses', async () => {
    const seen = await app.page.evaluate(async (url) => {
      const policy = (await fetch('/')).headers.get('content-security-policy') ?? '';
      const violated = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
          once: true,
        });
      });
      const script = document.createElement('script');
      script.textContent = 'window.inlineRan = true';
      document.head.append(script);
      const directive = await violated;
      const foreign = await fetch(`${url}exfiltrate`).then(
        () => 'answered',
        () => 'blocked',
      );
      return { policy, directive, foreign, ran: 'inlineRan' in window };
    }, foreign.url);
    expect(seen).toMatchObject({ directive: 'script-src-elem', foreign: 'blocked', ran: false });
    expect(seen.policy).toContain("default-src 'self'");
    expect(seen.policy).not.toContain('unsafe');
    expect(foreign.requests).not.toContain('/exfiltrate');
  });

  it('serves nothing from outside the app, however the path is spelt', async () => {
    const answers = await app.page.evaluate(() =>
      Promise.all(
        [
          '/../../package.json',
          '/%2e%2e/%2e%2e/package.json',
          '/..%2f..%2fpackage.json',
          '/..%5c..%5cpackage.json',
          '/assets/..%2f..%2f..%2fpackage.json',
          '/api/sessions/..%2f..%2f/files/package.json',
          '/api/sessions/x/files/..%2f..%2flectern.db',
          '/api/sessions/x/files/%00',
          '/%zz',
        ].map(async (path) => {
          const response = await fetch(path);
          return { path, ok: response.ok, leaks: (await response.text()).includes('better-sqlite3') };
        }),
      ),
    );
    expect(answers.filter(({ ok, leaks }) => ok || leaks)).toEqual([]);
  });
});
