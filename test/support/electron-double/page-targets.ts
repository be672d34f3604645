import { setTimeout as delay } from 'node:timers/promises';
import { CdpSession, type CdpObject, type CdpPipe } from './cdp-pipe.ts';

interface Opener {
  /** Whether the page may open the window it just asked for. */
  readonly mayOpenNext: () => Promise<boolean>;
}

/** A window that asks for nothing is closed after this long. */
const LONGEST_WAIT_MS = 1000;

/**
 * Holds every new target before its first request. Those the double makes go to whoever made them; those a page
 * opens run only if its window open handler allowed it.
 */
export class PageTargets {
  readonly #pipe: CdpPipe;
  readonly #attached = new Map<string, CdpSession>();
  readonly #waiting = new Map<string, (session: CdpSession) => void>();
  readonly #openers = new Map<string, Opener>();

  constructor(pipe: CdpPipe) {
    this.#pipe = pipe;
  }

  async start(): Promise<void> {
    this.#pipe.on(':Target.attachedToTarget', (params: CdpObject) => {
      void this.#attach(params).catch(() => undefined);
    });
    await this.#pipe.send('Target.setDiscoverTargets', { discover: true });
    await this.#pipe.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
    });
  }

  /** A blank page, still held. */
  async create(size: { width: number; height: number }): Promise<{ cdp: CdpSession; targetId: string }> {
    const created = await this.#pipe.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      ...size,
    });
    const targetId = String(created['targetId']);
    const attached = this.#attached.get(targetId);
    this.#attached.delete(targetId);
    if (attached !== undefined) return { cdp: attached, targetId };
    return { cdp: await new Promise((resolve) => this.#waiting.set(targetId, resolve)), targetId };
  }

  addOpener(targetId: string, opener: Opener): void {
    this.#openers.set(targetId, opener);
  }

  async #attach({ sessionId, targetInfo }: CdpObject): Promise<void> {
    const session = new CdpSession(this.#pipe, String(sessionId));
    const info: object = typeof targetInfo === 'object' && targetInfo !== null ? targetInfo : {};
    const targetId = String(Reflect.get(info, 'targetId'));
    const opener = this.#openers.get(String(Reflect.get(info, 'openerId')));
    if (opener !== undefined && !(await opener.mayOpenNext())) {
      // A held target holds its opener too, so it is let go, but with every request of its own stopped.
      const stopped = refuseRequests(session);
      await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
      await session.send('Runtime.runIfWaitingForDebugger');
      // What is only held leaves when the target, and with it this session, ends.
      await Promise.race([stopped, delay(LONGEST_WAIT_MS)]);
      await this.#pipe.send('Target.closeTarget', { targetId });
      return;
    }
    if (opener !== undefined || Reflect.get(info, 'type') !== 'page') {
      await session.send('Runtime.runIfWaitingForDebugger');
      return;
    }
    const waiting = this.#waiting.get(targetId);
    this.#waiting.delete(targetId);
    if (waiting !== undefined) waiting(session);
    else this.#attached.set(targetId, session);
  }
}

/** Fails whatever the target asks for; resolves once it has failed something. */
function refuseRequests(session: CdpSession): Promise<void> {
  return new Promise((resolve) => {
    session.on('Fetch.requestPaused', ({ requestId }) => {
      const refusal = session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      refusal.then(
        () => resolve(),
        () => resolve(),
      );
    });
  });
}
