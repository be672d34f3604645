import type { Page } from 'playwright-core';
import { SESSION_PORT_MESSAGE } from '../../src-main/contract/bridge.ts';
import {
  serverMessageSchema,
  type ServerMessage,
  type ServerMessageOf,
} from '../../src-main/contract/server-messages.ts';
import type {} from '../../src-renderer/session/shell.ts';

/** A session that a test holds from the page, through the preload's bridge, as the app's own client does. */
export interface PageSession {
  /** Sends a text frame. */
  say(message: unknown): Promise<void>;
  /** Sends PCM as Uint8Arrays of `chunkBytes`. */
  sendAudio(pcm: Uint8Array, chunkBytes: number): Promise<void>;
  /** Posts something that is neither text nor audio. */
  postOddity(): Promise<void>;
  /** The first message of a type not yet taken, once it comes. */
  next<Type extends ServerMessage['type']>(type: Type): Promise<ServerMessageOf<Type>>;
  /** Resolves once main has closed the port. */
  closed(): Promise<void>;
}

declare global {
  interface Window {
    /** What the page keeps of the session. */
    heldSession?: Held;
  }
}

interface Held {
  readonly port: MessagePort;
  readonly untaken: unknown[];
  readonly closed: Promise<void>;
  wake: () => void;
}

export async function openPageSession(page: Page, sessionId: string): Promise<PageSession> {
  await page.evaluate(
    async ({ sessionId, type }) => {
      const requestId = crypto.randomUUID();
      const port = await new Promise<MessagePort>((resolve) => {
        const onMessage = (event: MessageEvent<{ type?: string; requestId?: string }>): void => {
          const [handed] = event.ports;
          if (event.data.type !== type || event.data.requestId !== requestId || !handed) return;
          window.removeEventListener('message', onMessage);
          resolve(handed);
        };
        window.addEventListener('message', onMessage);
        window.lectern?.openSession(sessionId, requestId);
      });
      const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve()));
      const held: Held = { port, untaken: [], closed, wake: () => undefined };
      port.onmessage = ({ data }: MessageEvent<string>) => {
        held.untaken.push(JSON.parse(data));
        held.wake();
      };
      window.heldSession = held;
    },
    { sessionId, type: SESSION_PORT_MESSAGE },
  );
  return heldPageSession(page);
}

/** The session that the page has from `openPageSession`, where a debugger had to find the page anew. */
export function heldPageSession(page: Page): PageSession {
  return {
    say: (message) =>
      page.evaluate((text) => {
        window.heldSession?.port.postMessage(text);
      }, JSON.stringify(message)),
    sendAudio: (pcm, chunkBytes) =>
      page.evaluate(
        ({ base64, chunkBytes }) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          for (let at = 0; at < bytes.length; at += chunkBytes) {
            // Its own buffer: a view would be cloned with all the bytes around it.
            window.heldSession?.port.postMessage(bytes.slice(at, at + chunkBytes));
          }
        },
        { base64: Buffer.from(pcm).toString('base64'), chunkBytes },
      ),
    postOddity: () =>
      page.evaluate(() => {
        window.heldSession?.port.postMessage({ action: 'start' });
      }),
    next: async (type) => {
      const message = await page.evaluate(async (wanted) => {
        const held = window.heldSession;
        if (held === undefined) throw new Error('expected a session');
        for (;;) {
          const at = held.untaken.findIndex(
            (one) => typeof one === 'object' && one !== null && 'type' in one && one.type === wanted,
          );
          if (at >= 0) return held.untaken.splice(at, 1)[0];
          await new Promise<void>((resolve) => {
            held.wake = resolve;
          });
        }
      }, type);
      return parseAs(type, message);
    },
    closed: () => page.evaluate(() => window.heldSession?.closed),
  };
}

function parseAs<Type extends ServerMessage['type']>(type: Type, message: unknown): ServerMessageOf<Type> {
  const parsed = serverMessageSchema.parse(message);
  if (isOf(type, parsed)) return parsed;
  throw new Error(`expected ${type}, got ${parsed.type}`);
}

function isOf<Type extends ServerMessage['type']>(
  type: Type,
  message: ServerMessage,
): message is ServerMessageOf<Type> {
  return message.type === type;
}
