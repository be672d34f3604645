import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { headedFrame } from '../contract/headed-frame.ts';
import { MAX_SESSION_TAPS, MEBIBYTE } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { errorMessage } from './messages.ts';
import type { TapClient } from './ports.ts';

/** The listeners of one session while it is recorded. */
export interface Taps {
  /** Returns a function that removes the listener, to be called once its connection is gone. Throws TAPS_FULL. */
  add(client: TapClient): () => void;
  /** Sends raw samples that begin at `startFrame` of the take. A listener that is too slow is removed. */
  audio(track: Track, startFrame: number, pcm: Uint8Array): void;
  send(message: ServerMessage): void;
  /** Ends the stream of every listener. */
  close(): void;
}

/** @param allowedUnsentBytes the bytes that may be queued for one listener now: one with more does not read. */
export function createTaps(tracks: readonly Track[], allowedUnsentBytes: () => number): Taps {
  const clients = new Map<TapClient, number[]>();
  /** Includes removed listeners that are still connected, as their queues still take memory. */
  const present = new Set<TapClient>();

  const letGo = (client: TapClient): void => {
    clients.delete(client);
    const waiting = (client.unsentBytes / MEBIBYTE).toFixed(1);
    const message = `Expected this listener to keep up, ${waiting} MB are waiting for it; the recording goes on without it. Connect again to go on from now`;
    client.send(errorMessage(new LecternError('SLOW_CONSUMER', message)));
    client.close();
  };

  return {
    add(client) {
      if (present.size >= MAX_SESSION_TAPS)
        throw new LecternError(
          'TAPS_FULL',
          `Expected at most ${MAX_SESSION_TAPS} to listen to one session. End one of them, then connect again`,
        );
      present.add(client);
      clients.set(
        client,
        tracks.map(() => 0),
      );
      return () => {
        clients.delete(client);
        present.delete(client);
      };
    },
    audio(track, startFrame, pcm) {
      if (clients.size === 0) return;
      const trackIndex = tracks.indexOf(track);
      const allowed = allowedUnsentBytes();
      for (const [client, nextSeqs] of clients) {
        if (client.unsentBytes > allowed) {
          letGo(client);
          continue;
        }
        const seq = nextSeqs[trackIndex] ?? 0;
        nextSeqs[trackIndex] = seq + 1;
        client.sendAudio(headedFrame({ trackIndex, seq, startFrame }, pcm));
      }
    },
    send(message) {
      const allowed = allowedUnsentBytes();
      for (const client of clients.keys())
        if (client.unsentBytes > allowed) letGo(client);
        else client.send(message);
    },
    close() {
      for (const client of clients.keys()) client.close();
      clients.clear();
    },
  };
}
