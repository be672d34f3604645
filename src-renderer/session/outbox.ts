import type { ClientMessage } from '../../src-main/contract/client-messages.ts';
import type { LecternError } from '../../src-main/contract/errors.ts';
import { MEBIBYTE } from '../../src-main/contract/limits.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import { type ChunkBuffer, createChunkBuffer } from './chunk-buffer.ts';
import { createCommandQueue } from './command-queue.ts';
import type { LineClock } from './line.ts';

export const OUTBOX_LIMITS = {
  /** For an engine that takes no audio: more than 5 min of 48 kHz stereo, 34 min of 16 kHz mono. */
  keptBytes: 64 * MEBIBYTE,
  /**
   * On either transport: a message port never makes its sender wait. An eighth of what the engine holds for one
   * session before it refuses a chunk.
   */
  inFlightBytes: 4 * MEBIBYTE,
} as const;
/** How long chunks wait after one was refused because the disk is too slow. */
const RETRY_AFTER_MS = 1000;

export interface OutboxDependencies {
  /** Sends now; called only while the line is up. */
  readonly send: (data: ClientMessage | Uint8Array<ArrayBuffer>) => void;
  readonly isUp: () => boolean;
  readonly clock: LineClock;
  readonly limits: typeof OUTBOX_LIMITS;
}

/**
 * Everything that goes to the engine, in order: commands until they are answered, chunks until they are acknowledged.
 * A command never overtakes audio that was captured before it.
 */
export interface Outbox {
  addChunk(chunk: CaptureChunk, trackIndex: number): void;
  /** Resolves to the command's answer. */
  command<Type extends ServerMessage['type']>(
    message: ClientMessage,
    answer: Type,
  ): Promise<ServerMessageOf<Type>>;
  acknowledge(trackIndex: number, nextSeq: number): void;
  /** Takes a message that may answer a command. */
  answer(message: ServerMessage): void;
  /** Takes an error. It may be about a command, or mean that chunks must be sent again. */
  refuse(error: LecternError): void;
  /** Says that the connection is gone, and everything in flight with it. */
  lose(): void;
  /** Says that the connection is back, and the session's state. */
  goOn(state: ServerMessageOf<'status'>['state']): void;
  /** Ends it: nothing more is sent, and pending commands reject with this error. */
  fail(error: LecternError): void;
  readonly chunks: Pick<ChunkBuffer, 'frames' | 'isFull' | 'lostFrames' | 'held'>;
}

export function createOutbox({ send, isUp, clock, limits }: OutboxDependencies): Outbox {
  const chunks = createChunkBuffer(limits);
  const commands = createCommandQueue();
  /** True during a pause: the engine drops audio that comes now. */
  let gated = false;
  let retryAtMs = -Infinity;

  const sendCommand = (message: ClientMessage): void => {
    const { action } = message;
    // Audio that is still unsent at the end was captured before the pause, but the engine drops it while paused. So
    // it resumes first.
    if (action === 'stop' && gated && chunks.unsentOrder !== undefined) {
      send({ action: 'resume' });
      gated = false;
      return flow();
    }
    if (action === 'pause' || action === 'resume') gated = action === 'pause';
    commands.takeUnsent();
    send(message);
  };

  /** Sends everything that may be sent now. */
  const flow = (): void => {
    while (isUp() && clock.now() >= retryAtMs) {
      const order = chunks.unsentOrder;
      const command = commands.unsent;
      const chunkIsNext = order !== undefined && !gated && order < (command?.beforeOrder ?? Infinity);
      if (chunkIsNext) {
        const wire = chunks.takeUnsent();
        if (wire === undefined) return;
        send(wire);
      } else if (command !== undefined) sendCommand(command.message);
      else return;
    }
  };

  return {
    addChunk(chunk, trackIndex) {
      chunks.add(chunk, trackIndex);
      flow();
    },
    command(message, answer) {
      const answered = commands.expect(message, answer, chunks.nextOrder);
      flow();
      return answered;
    },
    acknowledge(trackIndex, nextSeq) {
      chunks.acknowledge(trackIndex, nextSeq);
      flow();
    },
    answer: (message) => commands.answer(message),
    refuse(error) {
      if (error.code === 'SLOW_CONSUMER') {
        // The error does not name the refused chunk. All are sent again; the engine drops duplicates.
        chunks.forgetSent();
        retryAtMs = clock.now() + RETRY_AFTER_MS;
        clock.after(RETRY_AFTER_MS, flow);
        return;
      }
      if (commands.refuse(error)?.action !== 'pause') return;
      gated = false;
      flow();
    },
    lose() {
      chunks.forgetSent();
      commands.markSent(false);
      retryAtMs = -Infinity;
    },
    goOn(state) {
      gated = state === 'paused' || state === 'finalising';
      // A pause or resume may have been carried out, and only its answer lost.
      const oldest = commands.oldest?.action;
      if (oldest === 'pause' && state === 'paused')
        commands.answer({ type: 'recording_paused', duration_seconds: 0 });
      if (oldest === 'resume' && state === 'recording')
        commands.answer({ type: 'recording_resumed', duration_seconds: 0 });
      if (state === 'finalising') commands.markSent(true);
      flow();
    },
    fail: (error) => commands.fail(error),
    chunks,
  };
}
