import type { CdpObject, CdpSession } from './cdp-pipe.ts';
import { toElectronUrl } from './content-origin.ts';
import type { PageTargets } from './page-targets.ts';
import { emitPreventable } from './preventable.ts';
import type { WebContents } from './web-contents.ts';

interface ConfinePageOptions {
  readonly contents: WebContents;
  readonly cdp: CdpSession;
  readonly targets: PageTargets;
  readonly frameId: string;
  /** True, once each, for navigations the main bundle asked for: those raise no will-navigate. */
  readonly takeOwnNavigation: () => boolean;
  readonly mayOpen: (url: string) => boolean;
}

/** Asks the main bundle's handlers about every document the page wants, before the request leaves. */
export async function confinePage(options: ConfinePageOptions): Promise<void> {
  const { cdp, targets, frameId, mayOpen } = options;
  cdp.on('Fetch.requestPaused', (params) => {
    const refused = isRefused(params, options);
    const method = refused ? 'Fetch.failRequest' : 'Fetch.continueRequest';
    const { requestId } = params;
    cdp.send(method, { requestId, ...(refused && { errorReason: 'Aborted' }) }).catch(() => undefined);
  });
  // Chromium says what is to be opened before it makes the target; each is asked about once.
  const asked: boolean[] = [];
  const waiting: ((allowed: boolean) => void)[] = [];
  cdp.on('Page.windowOpen', ({ url }) => {
    const allowed = mayOpen(String(url));
    const next = waiting.shift();
    if (next === undefined) asked.push(allowed);
    else next(allowed);
  });
  targets.addOpener(frameId, {
    mayOpenNext: () => {
      const [allowed] = asked.splice(0, 1);
      return allowed === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(allowed);
    },
  });
  await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] });
}

function isRefused(params: CdpObject, { contents, frameId, takeOwnNavigation }: ConfinePageOptions): boolean {
  const request = params['request'];
  const url = toElectronUrl(
    String(typeof request === 'object' && request !== null && Reflect.get(request, 'url')),
  );
  const isMainFrame = params['frameId'] === frameId;
  if (params['redirectedRequestId'] !== undefined)
    return emitPreventable(contents, 'will-redirect', { url, isMainFrame });
  if (isMainFrame && takeOwnNavigation()) return false;
  const refusedByFrame = emitPreventable(contents, 'will-frame-navigate', { url, isMainFrame });
  return (isMainFrame && emitPreventable(contents, 'will-navigate', { url, isMainFrame })) || refusedByFrame;
}
