import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { readFrameHeader } from '../../../src-main/contract/headed-frame.ts';
import { serverMessageSchema } from '../../../src-main/contract/server-messages.ts';

/** A chunk as it went over the wire. */
export interface HeardChunk {
  readonly seq: number;
  readonly startFrame: number;
  readonly frames: number;
  readonly samples: Uint8Array;
}

export interface PageShape {
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** What a page does, noted outside of it, so that it is still known when the page's process is killed. */
export interface PageEar {
  /** The session it is connected to, where it is. */
  readonly sessionId: string | undefined;
  /** Chunks that were seen on their way to the engine; the last moment before a kill may be missing. */
  readonly sent: readonly HeardChunk[];
  /** Frames of the session of which the page was seen to be told that they are written. */
  readonly ackedFrames: number;
  /** It found a recording that another page had written down to be gone on with. */
  readonly foundRecording: boolean;
  /** What was heard and not understood; undefined where all was. */
  readonly problem: string | undefined;
  /** Resolves when the page gives the capture that records this command. */
  commanded(command: Command): Promise<void>;
  /** Resolves when its microphone is open in its shape. */
  opened(): Promise<void>;
  /** When its first chunk began, by the page's own stamp; undefined where there is none. */
  readonly firstChunkAtMs: number | undefined;
  /**
   * Frames that a microphone had heard for it by a moment: all the time from Record, as the page's capture was told, to
   * Pause or Stop. It does not matter what became of them, so the chunk just begun counts too.
   */
  framesHeardBy(atMs: number): number;
  /** The frame that belongs to a moment, had neither Pause nor Stop been pressed. */
  frameAt(atMs: number): number;
}

export type Command = 'record' | 'hold' | 'finish';

const heardSchema = z.union([
  z.object({ opened: z.object({ sampleRate: z.number(), channels: z.number() }) }),
  z.object({ command: z.enum(['record', 'hold', 'finish']), atMs: z.number() }),
  z.object({ chunkFrames: z.number(), endedAtMs: z.number() }),
  z.object({ foundRecording: z.boolean() }),
]);

interface WireFrame {
  readonly opcode: number;
  /** Base64, unless it is text. */
  readonly payloadData: string;
}

const PATIENCE_MS = 30_000;

declare global {
  interface Window {
    readonly lecternEar: (heard: unknown) => Promise<void>;
  }
}

/** Listens to all that a page says to its capture and to the engine. Before the page is opened. */
export async function listenToPage(page: Page, shape: PageShape): Promise<PageEar> {
  const sent: HeardChunk[] = [];
  const commands = {
    record: Promise.withResolvers<undefined>(),
    hold: Promise.withResolvers<undefined>(),
    finish: Promise.withResolvers<undefined>(),
  } satisfies Record<Command, unknown>;
  const isOpen = Promise.withResolvers<undefined>();
  let sessionId: string | undefined;
  let problem: string | undefined;
  let ackedFrames = 0;
  let foundRecording = false;
  let firstChunkAtMs: number | undefined;
  let recordAtMs: number | undefined;
  let endAtMs = Infinity;

  const noteCommand = (command: Command, atMs: number): void => {
    if (command === 'record') recordAtMs ??= atMs;
    // A capture that shows levels alone, of another shape.
    else if (recordAtMs === undefined) return;
    else endAtMs = Math.min(endAtMs, atMs);
    commands[command].resolve(undefined);
  };
  /** A failure here is the round's, not the whole run's. */
  const noting =
    <Heard>(note: (heard: Heard) => void) =>
    (heard: Heard) => {
      try {
        note(heard);
      } catch (error) {
        problem ??= String(error);
      }
    };
  const noteSaid = noting((said: unknown) => {
    const heard = heardSchema.parse(said);
    if ('command' in heard) noteCommand(heard.command, heard.atMs);
    else if ('foundRecording' in heard) ({ foundRecording } = heard);
    else if ('chunkFrames' in heard)
      firstChunkAtMs ??= heard.endedAtMs - (heard.chunkFrames / shape.sampleRate) * 1000;
    else if (heard.opened.sampleRate === shape.sampleRate && heard.opened.channels === shape.channels)
      isOpen.resolve(undefined);
  });
  await page.exposeBinding('lecternEar', (_, said: unknown) => noteSaid(said));
  await page.addInitScript(listenInPage);

  const devTools = await page.context().newCDPSession(page);
  devTools.on('Network.webSocketCreated', ({ url }) => {
    sessionId = /\/ws\/([^/?]+)/.exec(url)?.[1] ?? sessionId;
  });
  const noteSent = noting((response: WireFrame) => {
    if (response.opcode !== 2) return;
    const frame = readFrameHeader(Buffer.from(response.payloadData, 'base64'), ['user']);
    if ('problem' in frame) throw new Error(frame.problem);
    const { header, samples } = frame;
    const frames = samples.byteLength / (2 * shape.channels);
    sent.push({ seq: header.seq, startFrame: header.startFrame, frames, samples });
  });
  const noteReceived = noting((response: WireFrame) => {
    if (response.opcode !== 1) return;
    const message = serverMessageSchema.parse(JSON.parse(response.payloadData));
    if (message.type === 'ack') ackedFrames = Math.max(ackedFrames, message.frames);
  });
  devTools.on('Network.webSocketFrameSent', ({ response }) => noteSent(response));
  devTools.on('Network.webSocketFrameReceived', ({ response }) => noteReceived(response));
  await devTools.send('Network.enable');

  const frameAt = (atMs: number): number =>
    recordAtMs === undefined ? 0 : Math.max(0, ((atMs - recordAtMs) / 1000) * shape.sampleRate);
  return {
    get sessionId() {
      return sessionId;
    },
    sent,
    get ackedFrames() {
      return ackedFrames;
    },
    get foundRecording() {
      return foundRecording;
    },
    get problem() {
      return problem;
    },
    commanded: (command) => patiently(commands[command].promise, command),
    opened: () => patiently(isOpen.promise, `an open microphone in ${JSON.stringify(shape)}`),
    get firstChunkAtMs() {
      return firstChunkAtMs;
    },
    framesHeardBy: (atMs) => frameAt(Math.min(atMs, endAtMs)),
    frameAt,
  };
}

async function patiently(promise: Promise<unknown>, what: string): Promise<void> {
  const timer = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`expected ${what} of the page`);
  });
  await Promise.race([promise, late]).finally(() => timer.abort());
}

/** Runs in the page, before anything of its own: repeats what goes to and comes from the thread that captures. */
function listenInPage(): void {
  const say = (heard: object) => void window.lecternEar(heard);
  const own = Object.keys(localStorage).some((key) => key.startsWith('lectern.recording.'));
  say({ foundRecording: own });
  window.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }: MessageEvent<Record<string, unknown>>) => {
        const { type, frames, endedAtMs } = data;
        if (type === 'chunk') say({ chunkFrames: frames, endedAtMs });
      });
    }
    override postMessage(message: unknown, how?: Transferable[] | StructuredSerializeOptions): void {
      super.postMessage(message, Array.isArray(how) ? { transfer: how } : how);
      const { command, atWallMs, sampleRate, channels } = message as Record<string, unknown>;
      if (command !== undefined) say({ command, atMs: atWallMs });
      else say({ opened: { sampleRate, channels } });
    }
  };
}
