import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { CurrentRecording } from './current-recording.ts';
import type { Mailbox } from './mailbox.ts';
import { errorMessage } from './messages.ts';
import { firstTrack } from './recording.ts';
import type { RecordingEnd } from './recording-end.ts';
import { createRefusals, WAITED_FOR_MS } from './refusals.ts';
import { CHUNK_OVERHEAD_BYTES } from './track.ts';

/** Above this many bytes in queued messages, more are refused: the memory that a stalled disk may cost. */
const MAX_WAITING_BYTES = 32 * MEBIBYTE;
/** The first few show what is wrong; a broken sender must not fill the log. */
const MAX_LOGGED = 5;

/** Facts about a chunk that are known before its turn. */
export interface ChunkPlace {
  readonly track: Track;
  readonly seq?: number | undefined;
  /** Length of its audio, where that is known. */
  readonly bytes?: number;
}

export interface ChunkGateOptions {
  /** The session's id, for the log. */
  readonly id: string;
  readonly current: CurrentRecording;
  readonly mailbox: Mailbox;
  readonly end: RecordingEnd;
  readonly clock: Clock;
  readonly log: Log;
  readonly send: (message: ServerMessage) => void;
}

/** The queue of audio messages: it is bounded, and a refused message is counted and logged as well as answered. */
export interface ChunkGate {
  /**
   * As Mailbox.perform, but refuses at once where there is no room.
   * @param bytes the memory of the message while it waits
   * @param place undefined where it cannot be read
   */
  perform(
    bytes: number,
    place: ChunkPlace | undefined,
    task: (arrivedMs: number) => Promise<void>,
  ): Promise<void>;
  /** Counts a chunk that was answered with an error; returns the error. */
  count(error: unknown): unknown;
  /** Later chunks need not wait for a numbered chunk that was refused for good. Takes effect in its turn. */
  passOver(place: ChunkPlace): Promise<void>;
  /** A new recording begins. */
  restart(): void;
}

export function createChunkGate(options: ChunkGateOptions): ChunkGate {
  const { id, current, mailbox, end, clock, log, send } = options;
  const refusals = createRefusals(() => clock.monotonicMs());
  let waitingBytes = 0;
  let rejected = 0;

  const count = (error: unknown): unknown => {
    rejected++;
    const { recording } = current;
    recording?.take.reject(firstTrack(recording));
    if (rejected <= MAX_LOGGED && error instanceof LecternError)
      log('warn', 'audio chunk refused', { id, code: error.code, reason: error.message });
    return error;
  };

  const passOver = async ({ track, seq, bytes }: ChunkPlace): Promise<void> => {
    const { recording } = current;
    if (recording === undefined || seq === undefined || !recording.spec.tracks.includes(track)) return;
    if (recording.phase === 'finalising') return;
    // Audio during a pause has no length.
    const length = recording.phase === 'paused' ? 0 : bytes;
    await end.endAt(await recording.take.refuse(track, seq, length));
  };

  /**
   * The refusal is sent at once, as the turn may be minutes away. This is a separate function: a closure beside the
   * task would keep the task, and the chunk, in memory until then.
   */
  const refuseAtOnce = (isBlocked: boolean): Promise<void> => {
    const message = isBlocked
      ? 'The disk was too slow for a chunk before this one. Send that one again first, then this one'
      : `The disk is too slow: ${MAX_WAITING_BYTES / MEBIBYTE} MB are waiting to be written. Send this chunk again later`;
    const error = new LecternError('SLOW_CONSUMER', message);
    send(errorMessage(error));
    current.recording?.take.blockedUntil(clock.monotonicMs() + WAITED_FOR_MS);
    return mailbox.post(() => void count(error));
  };

  return {
    perform(bytes, place, task) {
      const arrivedMs = clock.monotonicMs();
      // The watch counts the chunk on arrival, as its turn may come late.
      if (place !== undefined) current.recording?.watch.noteChunk(place.track);
      const isBlocked = place?.seq !== undefined && refusals.isBlocked(place.track, place.seq);
      if (isBlocked || waitingBytes >= MAX_WAITING_BYTES) {
        if (place?.seq !== undefined && !isBlocked) refusals.note(place.track, place.seq);
        return refuseAtOnce(isBlocked);
      }
      // Many small chunks cost more than their bytes.
      const cost = bytes + CHUNK_OVERHEAD_BYTES;
      waitingBytes += cost;
      return mailbox.perform(async () => {
        try {
          await task(arrivedMs);
        } catch (error) {
          if (place !== undefined) await passOver(place);
          throw count(error);
        } finally {
          waitingBytes -= cost;
        }
      });
    },
    count,
    passOver,
    restart: refusals.restart,
  };
}
